import { Navigate } from 'react-router';
import { lastProject } from '../layouts/last-project.ts';
import { paths } from '../paths.ts';

export const HomePage = () => <Navigate to={paths.overview(lastProject())} replace />;

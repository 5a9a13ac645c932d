import { InstallDelegate } from '../../components/InstallDelegate.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { PageHeader } from '../../layouts/PageHeader.tsx';
import { paths } from '../../paths.ts';
import { Panel } from '../../ui/Panel.tsx';
import classes from './Delegates.module.css';

export function InstallDelegatePage() {
  const project = useProject();
  return (
    <>
      <PageHeader
        title="Install a delegate"
        crumbs={[{ word: 'Delegates', to: paths.delegates(project) }, { word: 'Install' }]}
      />
      <div className={classes.body}>
        <div className={classes.narrow}>
          <p className="muted">
            A delegate runs in the cluster it deploys to and dials out to Slipway. One document installs it: a
            namespace, a service account with its rights, a token and one pod.
          </p>
          <Panel>
            <InstallDelegate />
          </Panel>
        </div>
      </div>
    </>
  );
}

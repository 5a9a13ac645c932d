import { Menu, useMantineColorScheme } from '@mantine/core';
import { IconUserCircle } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { call } from '../api/operations.ts';
import { queries } from '../api/queries.ts';
import { useSession } from '../hooks/use-session.ts';
import { useLiveness } from '../live/LiveProvider.tsx';
import { paths } from '../paths.ts';
import { Mark } from '../ui/Mark.tsx';
import { showKeyList } from './KeyList.tsx';
import classes from './RailFoot.module.css';

const livenessWords = {
  connecting: { tone: 'run', word: 'Connecting' },
  connected: { tone: 'ok', word: 'Connected' },
  lost: { tone: 'warn', word: 'Connection lost' },
} as const;

const schemes = [
  { value: 'auto', word: 'System theme' },
  { value: 'light', word: 'Light theme' },
  { value: 'dark', word: 'Dark theme' },
] as const;

function UserMenu() {
  const session = useSession();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [opened, setOpened] = useState(false);
  const signOut = useMutation({
    mutationFn: () => call('identity', 'signOut', {}),
    onSettled: () => {
      client.clear();
      void navigate(paths.signIn);
    },
  });
  const name = session?.actor.name ?? '';
  return (
    <Menu position="top-start" width={196} opened={opened} onChange={setOpened}>
      <Menu.Target>
        <button type="button" className={classes.user}>
          <IconUserCircle size={17} stroke={1.6} aria-hidden="true" />
          <span>{session?.actor.email ?? name}</span>
          <span className="visually-hidden">, account and theme</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map(({ value, word }) => (
          <Menu.Item
            key={value}
            onClick={() => setColorScheme(value)}
            rightSection={colorScheme === value ? <Mark tone="ok" label="chosen" size={12} /> : null}
          >
            {word}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={showKeyList}>Keys</Menu.Item>
        <Menu.Item component={Link} to="/password">
          Set password
        </Menu.Item>
        <Menu.Item onClick={() => signOut.mutate()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function RailFoot() {
  const liveness = useLiveness();
  const version = useQuery({ ...queries.installation(), staleTime: Infinity }).data?.version;
  const { tone, word } = livenessWords[liveness.state];
  return (
    <footer className={classes.foot}>
      <UserMenu />
      <div className={classes.line} role="status">
        <Mark tone={tone} />
        <span>
          {word}
          {version !== undefined && <> · v{version}</>}
        </span>
      </div>
    </footer>
  );
}

import { Button, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { callForText } from '../api/operations.ts';
import { queries } from '../api/queries.ts';
import { useNow } from '../hooks/use-now.ts';
import { useProject } from '../hooks/use-project.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Notice } from '../ui/Notice.tsx';
import { YamlText } from '../ui/YamlText.tsx';
import { durationText } from '../util/relative-time.ts';
import { ProblemView } from './ProblemView.tsx';
import classes from './InstallDelegate.module.css';

const profiles = [
  { value: 'cluster-admin', label: 'The whole cluster (cluster-admin)' },
  { value: 'namespace-admin', label: 'One namespace (admin)' },
] as const;

type Profile = (typeof profiles)[number]['value'];

function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

const causes = [
  'The pod cannot reach this address of Slipway: look at its log, and at SLIPWAY_BASE_URL.',
  'The image cannot be pulled, or a policy refuses the pod: kubectl describe pod says so.',
  "A proxy or a firewall closes the connection: the delegate dials out by WebSocket on the console's port.",
  'The document was changed, and with it the token.',
];

function Waiting({
  name,
  sinceMs,
  onConnected,
}: {
  name: string;
  sinceMs: number;
  onConnected?: ((name: string) => void) | undefined;
}) {
  const project = useProject();
  const now = useNow(1000);
  const delegate = useQuery(queries.delegates(project, { limit: 200 })).data?.items.find(
    (each) => each.name === name,
  );
  const connected = delegate?.connected === true;
  const tell = useEffectEvent(() => onConnected?.(name));
  useEffect(() => {
    if (connected) tell();
  }, [connected]);
  if (connected) {
    return (
      <Notice tone="ok" title={`${name} is connected`}>
        <p className="muted">{delegate.instances.length} instance, heartbeat received.</p>
      </Notice>
    );
  }
  const waitedMs = now - sinceMs;
  return (
    <Notice tone="run" title={<span role="status">Waiting for its first heartbeat</span>}>
      <p className="muted nums">
        {durationText(Math.max(1000, waitedMs))} so far. It usually takes less than a minute.
      </p>
      {waitedMs > 60_000 && (
        <>
          <p>If it does not come, this is usually why:</p>
          <ul className={classes.causes}>
            {causes.map((cause) => (
              <li key={cause}>{cause}</li>
            ))}
          </ul>
        </>
      )}
    </Notice>
  );
}

/** Makes the document that installs a delegate, and waits for its first heartbeat. */
export function InstallDelegate({ onConnected }: { onConnected?: (name: string) => void }) {
  const project = useProject();
  const [name, setName] = useState('cluster-delegate');
  const [profile, setProfile] = useState<Profile>('cluster-admin');
  const [namespace, setNamespace] = useState('');
  const [madeAt, setMadeAt] = useState(0);
  const make = useMutation({
    mutationFn: () =>
      callForText('delegates', 'install', project, {
        accept: 'application/yaml',
        query: { name, profile, ...(profile === 'namespace-admin' && namespace !== '' ? { namespace } : {}) },
      }),
    onSuccess: () => setMadeAt(Date.now()),
  });
  const file = `${name}.yaml`;
  return (
    <div className={classes.install}>
      <div className={classes.row}>
        <TextInput
          label="Name of the delegate"
          value={name}
          spellCheck={false}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label="What it may do"
          data={[...profiles]}
          value={profile}
          allowDeselect={false}
          onChange={(value) => value !== null && setProfile(value)}
        />
        {profile === 'namespace-admin' && (
          <TextInput
            label="Namespace it works in"
            value={namespace}
            spellCheck={false}
            onChange={(event) => setNamespace(event.currentTarget.value)}
          />
        )}
      </div>
      <div>
        <Button variant="default" loading={make.isPending} onClick={() => make.mutate()}>
          {make.data === undefined ? 'Make the install document' : 'Make another, with another token'}
        </Button>
      </div>
      {make.isError && <ProblemView error={make.error} />}
      {make.data !== undefined && (
        <>
          <div className={classes.document}>
            <div className={classes.head}>
              <code>kubectl apply -f {file}</code>
              <span className={classes.tools}>
                <CopyButton text={make.data}>Copy document</CopyButton>
                <Button size="compact-sm" variant="default" onClick={() => download(file, make.data)}>
                  Download
                </Button>
              </span>
            </div>
            <YamlText text={make.data} label="Install document" />
          </div>
          <p className="muted small">
            It holds a token that lets a delegate register: keep it as you keep a password. Revoke it under
            Delegates, Tokens.
          </p>
          <Waiting name={name} sinceMs={madeAt} onConnected={onConnected} />
        </>
      )}
    </div>
  );
}

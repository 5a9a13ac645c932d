const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

export function isVariableName(name: string): boolean {
  return variableName.test(name);
}

/**
 * The POSIX shell program around a user's script. It reads the output variables when the shell exits, also by an early `exit`, and leaves
 * a watcher that kills the whole group when descriptor 3 closes: that is, when the delegate dies. The watcher is nobody's child, so that
 * a `wait` in the script does not wait for it.
 */
export function driverScript(
  files: { script: string; outputs: string },
  variables: readonly string[],
): string {
  const reads = variables.map(
    (name) => `  if [ "\${${name}+set}" = set ]; then printf '1%s\\0' "$${name}"; else printf '0\\0'; fi`,
  );
  return `( ( IFS= read -r slipway_ignored <&3; kill -9 -$$ ) >/dev/null 2>&1 & )
exec 3<&-
slipway_outputs() {
  slipway_code=$?
  trap - EXIT
  set +eu
  {
${['  :', ...reads].join('\n')}
  } > ${quoted(files.outputs)}
  exit "$slipway_code"
}
trap slipway_outputs EXIT
. ${quoted(files.script)}
`;
}

/** The values that the driver wrote, in the order of the variables; undefined for one that was not set. */
export function readOutputs(text: string): (string | undefined)[] {
  const fields = text.split('\0');
  fields.pop();
  return fields.map((field) => (field.startsWith('1') ? field.slice(1) : undefined));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

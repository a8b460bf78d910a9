import {
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** A folder into which Kubernetes mounts a ConfigMap. */
export interface ConfigMap {
  /** What a program is told to read: a link to a file behind another link. */
  readonly file: string;
  /** Puts another content there, as kubelet does: by one link that takes the other's place. Then the old files go. */
  update(content: string): void;
}

/** Mounts one, as kubelet's `atomic_writer.go` does. */
export function mountConfigMap(folder: string, name: string, content: string): ConfigMap {
  mkdirSync(folder);
  const data = join(folder, '..data');
  const write = (text: string): string => {
    const version = mkdtempSync(join(folder, '..2026_11_23_10_00_00.'));
    writeFileSync(join(version, name), text);
    return version.slice(folder.length + 1);
  };
  symlinkSync(write(content), data);
  const file = join(folder, name);
  symlinkSync(join('..data', name), file);
  return {
    file,
    update(text) {
      const former = readlinkSync(data);
      symlinkSync(write(text), `${data}_tmp`);
      renameSync(`${data}_tmp`, data);
      rmSync(join(folder, former), { recursive: true });
    },
  };
}

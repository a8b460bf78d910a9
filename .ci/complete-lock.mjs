/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out because the registry at hand does
 * not hold them; `npm ci` refuses a lock without them. Run it after `npm install` of something new: npm keeps them then.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const LOCK = new URL('../package-lock.json', import.meta.url);
const SYSTEMS = ['darwin', 'linux', 'win32', 'android', 'ios', 'freebsd', 'openharmony'];
const ARCHITECTURES = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 'riscv64', 's390x'];

const lock = JSON.parse(readFileSync(LOCK, 'utf8'));
const { packages } = lock;

for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isLocked(path, name)) continue;
    const words = name.split(/[/-]/);
    const os = SYSTEMS.find((system) => words.includes(system));
    const cpu = ARCHITECTURES.find((architecture) => words.includes(architecture));
    if (!os || !cpu) throw new Error(`${name} of ${path} is missing, and its name tells no platform`);
    const libc = words.includes('musl') ? { libc: ['musl'] } : {};
    packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(dev && { dev }),
      ...libc,
      optional: true,
      os: [os],
    };
  }
}

lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);

/** Whether Node would find the package from `path`. */
function isLocked(path, name) {
  for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    if (packages[`${base && `${base}/`}node_modules/${name}`]) return true;
    if (base === '') return false;
  }
}

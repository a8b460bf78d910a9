/**
 * A shared library of the system that an engine is linked to and that can't be loaded. The engine then ends at its
 * start, with the words of the dynamic loader on stderr.
 */

/** glibc's words, and musl's. */
const LOADER_WORDS = [
  /([\w.+-]+\.so[.\d]*): (?:cannot open shared object file|file too short|invalid ELF header)/,
  /Error loading shared library ([\w.+-]+\.so[.\d]*):/,
];

const HOW_TO_GET: Readonly<Record<string, string>> = {
  'libvulkan.so.1':
    'Install it with `apt install libvulkan1` (Debian, Ubuntu) or `dnf install vulkan-loader` (Fedora); no GPU is needed',
};

/** The file name of the library that could not be loaded, by what a process left on stderr. */
export function findMissingLibrary(stderr: string): string | undefined {
  for (const words of LOADER_WORDS) {
    const library = words.exec(stderr)?.[1];
    if (library) return library;
  }
  return undefined;
}

/** What to tell a person about it. */
export function describeMissingLibrary(library: string): string {
  const howToGet = HOW_TO_GET[library] ?? "Install your system's package that has it";
  return `the library ${library}, which its engine needs, is missing on this machine. ${howToGet}, then send the request again`;
}

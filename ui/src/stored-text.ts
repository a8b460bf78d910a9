/** A text that a reload keeps, where the browser lets a page keep anything: what reads and what writes it. */
export function createStoredText(storage: () => Storage, name: string) {
  return {
    read(): string {
      try {
        return storage().getItem(name) ?? '';
      } catch {
        return '';
      }
    },
    /** Empty: forgotten. */
    write(text: string): void {
      try {
        if (text === '') storage().removeItem(name);
        else storage().setItem(name, text);
      } catch {
        // Kept until the next reload only.
      }
    },
  };
}

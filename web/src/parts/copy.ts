import { toast } from './toast.tsx';

/** To the clipboard; where the browser keeps that for secure pages, by the old way. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    // The only way where the page comes over plain HTTP from another machine.
    const copied = document.execCommand('copy'); // eslint-disable-line @typescript-eslint/no-deprecated
    area.remove();
    if (!copied) {
      toast(`${what} could not be copied`);
      return;
    }
  }
  toast(`${what} copied`);
}

/** Hands the reader a file made of text. Under the policy of the page a blob: address may be saved but not shown. */
export function saveText(text: string, name: string, type: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}

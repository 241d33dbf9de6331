import { useEffect, useState } from "preact/hooks";
import { t } from "../core/texts.ts";
import { Icon } from "./icons.tsx";

/** How long the button says that it has copied. */
const CONFIRMATION_MS = 2_000;

/** Copies an address and says so. */
export function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) {
      return;
    }
    const timer = setTimeout(() => setCopied(false), CONFIRMATION_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true), () => {});
  return (
    <button type="button" class="button" onClick={copy}>
      <Icon name={copied ? "check" : "link"} />
      <span aria-live="polite">{t(copied ? "copied" : "copy")}</span>
    </button>
  );
}

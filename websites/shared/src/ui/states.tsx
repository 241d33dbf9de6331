import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ApiError } from "../core/errors.ts";
import { t, type TextKey } from "../core/texts.ts";
import { navigationCount } from "./router.ts";

/** A failed load in the place of its content, with a way to try again. */
export function ErrorPanel({ error, retry }: { error: ApiError; retry: () => void }) {
  return (
    <section class="panel state" role="alert">
      <h2>{t("error.title")}</h2>
      <p>{t(`error.${error.kind}`)}</p>
      <button type="button" class="button" onClick={retry}>
        {t("retry")}
      </button>
      <details>
        <summary>{t("details")}</summary>
        <code>{error.detail}</code>
      </details>
    </section>
  );
}

/** Nothing to show, and why. */
export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <section class="panel state">
      <p class="state-title">{title}</p>
      {children}
    </section>
  );
}

/** The 404 page inside the frame. */
export function NotFound({ what }: { what: "page" | "emote" | "set" | "user" }) {
  return (
    <PageHead title={t("notFound.title")}>
      <p class="lead">{t(`notFound.${what}` as TextKey)}</p>
      <p>
        <a class="button" href="/">
          {t("notFound.home")}
        </a>
      </p>
    </PageHead>
  );
}

/** The navigation whose heading has had the focus; the page's first load moves no focus. */
let focusedNavigation = 0;

/**
 * The page's one `h1`. It takes the focus after a navigation, so that screen readers hear where
 * they are (website.md §5).
 */
export function PageHead({ title, children }: { title: string; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focusedNavigation !== navigationCount.value) {
      focusedNavigation = navigationCount.value;
      heading.current?.focus({ preventScroll: true });
    }
  }, []);
  return (
    <header class="page-head">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </header>
  );
}

import { signal } from "@preact/signals";
import { redirectOf, type RouteTable } from "../core/routes.ts";

/** The address that is being shown. */
export const currentUrl = signal(new URL(globalThis.location?.href ?? "http://localhost/"));

/** How many navigations this page has seen; 0 means that it was just loaded. */
export const navigationCount = signal(0);

/** Goes to an address of this site; `replace` leaves no entry behind in the history. */
export function navigate(to: string, replace = false): void {
  const target = new URL(to, currentUrl.value);
  if (target.href === currentUrl.value.href) {
    return;
  }
  if (replace) {
    history.replaceState(null, "", target);
  } else {
    history.pushState(null, "", target);
  }
  show(target);
}

/** Follows links inside the site without loading a page, and the browser's back and forward. */
export function startRouter(table: RouteTable): void {
  applyRedirects(table, currentUrl.value);
  addEventListener("popstate", () => {
    currentUrl.value = new URL(location.href);
    navigationCount.value++;
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest("a");
    if (!link || !isPlainClick(event) || !staysInside(link)) {
      return;
    }
    event.preventDefault();
    const target = new URL(link.href);
    const moved = redirectOf(table, target.pathname);
    navigate((moved ?? target.pathname) + target.search + target.hash);
  });
}

function applyRedirects(table: RouteTable, url: URL): void {
  const moved = redirectOf(table, url.pathname);
  if (moved !== null) {
    navigate(moved + url.search, true);
  }
}

function show(target: URL): void {
  const samePage = target.pathname === currentUrl.value.pathname;
  currentUrl.value = target;
  if (!samePage) {
    navigationCount.value++;
    scrollTo(0, 0);
  }
}

function isPlainClick(event: MouseEvent): boolean {
  return (
    event.button === 0 &&
    !event.defaultPrevented &&
    !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
  );
}

function staysInside(link: HTMLAnchorElement): boolean {
  return (
    link.origin === location.origin &&
    link.target === "" &&
    !link.hasAttribute("download") &&
    !link.getAttribute("href")?.startsWith("#")
  );
}

/** The mark of the sites: a speech bubble with a grin, drawn for this project. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="logo-bubble" d="M6 4h20a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H15l-7 6v-6H6a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4Z" />
      <path class="logo-face" d="M10.5 10v2.5M21.5 10v2.5M9.5 16c3 4 10 4 13 0" />
    </svg>
  );
}

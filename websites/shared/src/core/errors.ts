/** Why a call failed, as far as the page can tell it apart. */
export type FailureKind = "network" | "timeout" | "unauthorized" | "rate-limited" | "server" | "refused";

/** A failed call to the API. `detail` is the API's own text, shown only under "details". */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly kind: FailureKind,
    readonly detail: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(`${kind}: ${detail}`);
  }
}

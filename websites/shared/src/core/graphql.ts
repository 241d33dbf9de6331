import { ApiError, type FailureKind } from "./errors.ts";

/** One GraphQL operation: its text with the types of its variables and its answer. */
export interface Operation<Variables, Data> {
  readonly name: string;
  readonly text: string;
  /** Carries the types only; never present at run time. */
  readonly types?: (variables: Variables) => Data;
}

export interface GraphqlClientOptions {
  readonly endpoint: string;
  /** v4 calls carry no cookies (website.md §3.2), v3 calls do (website-old.md §3.1). */
  readonly credentials: RequestCredentials;
  readonly session?: Session;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
  readonly timeoutMs?: number;
}

/** Where the bearer token of the signed-in visitor is kept. */
export interface Session {
  token(): string | null;
  /** The API refused the token with 401: it is worth nothing any more. */
  drop(): void;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** Answers kept for back navigation (website.md §8). */
const CACHE_TTL_MS = 60_000;
const CACHE_MAX_ENTRIES = 50;

interface CacheEntry {
  readonly data: unknown;
  readonly storedAtMs: number;
}

interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: ReadonlyArray<{ message?: string; extensions?: { code?: string; status?: number } }>;
}

/** Runs queries against one GraphQL endpoint and remembers recent answers. */
export class GraphqlClient {
  readonly #cache = new Map<string, CacheEntry>();
  readonly #now: () => number;

  constructor(private readonly options: GraphqlClientOptions) {
    this.#now = options.now ?? Date.now;
  }

  /**
   * Runs `operation`; fails with an ApiError, or with the signal's AbortError. `fresh` skips the
   * cached answer, for polling and for "try again".
   */
  async query<V extends object, D>(
    operation: Operation<V, D>,
    variables: V,
    signal?: AbortSignal,
    fresh = false,
  ): Promise<D> {
    const body = JSON.stringify({ query: operation.text, variables, operationName: operation.name });
    const cached = this.#cache.get(body);
    if (!fresh && cached && this.#now() - cached.storedAtMs < CACHE_TTL_MS) {
      return cached.data as D;
    }
    const data = await this.#post(body, signal);
    this.#remember(body, data);
    return data as D;
  }

  #remember(key: string, data: unknown): void {
    this.#cache.delete(key);
    this.#cache.set(key, { data, storedAtMs: this.#now() });
    if (this.#cache.size > CACHE_MAX_ENTRIES) {
      const oldest = this.#cache.keys().next();
      if (!oldest.done) {
        this.#cache.delete(oldest.value);
      }
    }
  }

  async #post(body: string, signal?: AbortSignal): Promise<unknown> {
    const timeout = AbortSignal.timeout(this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    let response: Response;
    let answer: GraphqlAnswer;
    const token = this.options.session?.token() ?? null;
    try {
      response = await (this.options.fetch ?? fetch)(this.options.endpoint, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        credentials: this.options.credentials,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        body,
      });
      answer = (await response.json().catch(() => ({}))) as GraphqlAnswer;
    } catch (error) {
      signal?.throwIfAborted();
      throw new ApiError(timeout.aborted ? "timeout" : "network", String(error));
    }
    signal?.throwIfAborted();
    if (response.status === 401 && token !== null) {
      this.options.session?.drop();
    }
    if (!response.ok) {
      throw httpError(response, answer);
    }
    const failure = answer.errors?.[0];
    if (failure) {
      throw new ApiError(kindOfStatus(failure.extensions?.status ?? 500), failure.message ?? "unknown");
    }
    if (answer.data === undefined || answer.data === null) {
      throw new ApiError("server", "the answer has no data");
    }
    return answer.data;
  }
}

function httpError(response: Response, answer: GraphqlAnswer): ApiError {
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new ApiError(
    kindOfStatus(response.status),
    answer.errors?.[0]?.message ?? `HTTP ${response.status}`,
    Number.isFinite(retryAfter) ? retryAfter : undefined,
  );
}

function kindOfStatus(status: number): FailureKind {
  if (status === 401) {
    return "unauthorized";
  }
  if (status === 429) {
    return "rate-limited";
  }
  return status >= 500 ? "server" : "refused";
}

import { describe, expect, it, vi } from "vitest";
import { ApiError } from "../src/core/errors.ts";
import { GraphqlClient, type Operation, type Session } from "../src/core/graphql.ts";

const OPERATION: Operation<{ id: string }, { name: string }> = {
  name: "Name",
  text: "query Name($id: Id!) { name }",
};

function answering(body: unknown, init: ResponseInit = {}) {
  return vi.fn<typeof fetch>(async () => Response.json(body, init));
}

function client(fetcher: typeof fetch, more: { now?: () => number; session?: Session } = {}) {
  return new GraphqlClient({
    endpoint: "http://api.example/v4/gql",
    credentials: "omit",
    fetch: fetcher,
    ...more,
  });
}

async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe("GraphqlClient", () => {
  it("posts query, variables and name without cookies", async () => {
    const fetcher = answering({ data: { name: "cat" } });
    const data = await client(fetcher).query(OPERATION, { id: "1" });
    expect(data).toEqual({ name: "cat" });
    const [url, init] = fetcher.mock.calls[0]!;
    expect(url).toBe("http://api.example/v4/gql");
    expect(init).toMatchObject({ method: "POST", credentials: "omit" });
    expect(JSON.parse(String(init?.body))).toEqual({
      query: OPERATION.text,
      variables: { id: "1" },
      operationName: "Name",
    });
  });

  it("remembers an answer for a minute, per variables", async () => {
    const fetcher = answering({ data: { name: "cat" } });
    let now = 0;
    const api = client(fetcher, { now: () => now });
    await api.query(OPERATION, { id: "1" });
    now = 59_999;
    await api.query(OPERATION, { id: "1" });
    expect(fetcher).toHaveBeenCalledTimes(1);
    await api.query(OPERATION, { id: "2" });
    now = 60_000;
    await api.query(OPERATION, { id: "1" });
    expect(fetcher).toHaveBeenCalledTimes(3);
  });

  it("asks again when told to", async () => {
    const fetcher = answering({ data: { name: "cat" } });
    const api = client(fetcher);
    await api.query(OPERATION, { id: "1" });
    await api.query(OPERATION, { id: "1" }, undefined, true);
    expect(fetcher).toHaveBeenCalledTimes(2);
  });

  it("does not remember failures", async () => {
    const fetcher = answering({ errors: [{ message: "BAD_REQUEST no" , extensions: { status: 400 } }] });
    const api = client(fetcher);
    expect((await failureOf(api.query(OPERATION, { id: "1" }))).kind).toBe("refused");
    await failureOf(api.query(OPERATION, { id: "1" }));
    expect(fetcher).toHaveBeenCalledTimes(2);
  });

  it.each([
    [429, "rate-limited"],
    [401, "unauthorized"],
    [503, "server"],
    [400, "refused"],
  ])("tells status %i apart", async (status, kind) => {
    const fetcher = answering({}, { status, headers: { "retry-after": "7" } });
    const error = await failureOf(client(fetcher).query(OPERATION, { id: "1" }));
    expect(error.kind).toBe(kind);
    expect(error.retryAfterSeconds).toBe(7);
  });

  it("says that the network failed", async () => {
    const fetcher: typeof fetch = () => Promise.reject(new TypeError("connection refused"));
    expect((await failureOf(client(fetcher).query(OPERATION, { id: "1" }))).kind).toBe("network");
  });

  it("lets an aborted call end as aborted, not as a failure", async () => {
    const controller = new AbortController();
    const fetcher: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) =>
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)),
      );
    const call = client(fetcher).query(OPERATION, { id: "1" }, controller.signal);
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
  });

  it("sends the bearer token and drops it when it is refused", async () => {
    const session = { token: () => "secret", drop: vi.fn() };
    const fetcher = answering({}, { status: 401 });
    await failureOf(client(fetcher, { session }).query(OPERATION, { id: "1" }));
    expect(fetcher.mock.calls[0]?.[1]?.headers).toMatchObject({ authorization: "Bearer secret" });
    expect(session.drop).toHaveBeenCalledOnce();
  });
});

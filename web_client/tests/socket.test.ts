/** A handshake that is refused: browsers do not say why, so the page asks, and stops where coming back would not help. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MeetingSocket, type SocketState } from "../src/net/socket";
import { Close } from "../src/wire/messages";

class RefusedSocket {
  static readonly OPEN = 1;
  static tries = 0;
  readyState = 3;
  onopen: (() => void) | null = null;
  onmessage: (() => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor() {
    RefusedSocket.tries += 1;
    setTimeout(() => this.onclose?.({ code: 1006 }), 10);
  }

  close(): void {
    this.readyState = 3;
  }
}

function answer(status: number, body: object | null, headers: Record<string, string> = {}): () => Promise<Response> {
  return () => Promise.resolve(new Response(body && JSON.stringify(body), { status, headers }));
}

async function refused(fetched: () => Promise<Response>, forMs: number): Promise<SocketState[]> {
  const states: SocketState[] = [];
  vi.stubGlobal("fetch", vi.fn(fetched));
  const socket = new MeetingSocket({
    url: "wss://meet.example/ws/m1",
    device: "phone",
    position: () => null,
    receive: () => undefined,
    changed: (state) => states.push(state),
  });
  socket.open();
  await vi.advanceTimersByTimeAsync(forMs);
  socket.close();
  return states;
}

beforeEach(() => {
  vi.useFakeTimers();
  RefusedSocket.tries = 0;
  vi.stubGlobal("WebSocket", RefusedSocket);
  vi.stubGlobal("document", { hidden: false, addEventListener: () => undefined });
  vi.stubGlobal("addEventListener", () => undefined);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a handshake that is refused", () => {
  it.each([
    [401, Close.SIGNED_OUT],
    [403, Close.FORBIDDEN],
    [403, Close.REMOVED],
    [404, Close.UNKNOWN_MEETING],
  ])("ends after one question when the answer is %i with code %i", async (status, close) => {
    const states = await refused(answer(status, { code: "word", close }), 60_000);
    expect(states.at(-1)).toEqual({ phase: "ended", code: close });
    expect(RefusedSocket.tries).toBe(1);
    expect(fetch).toHaveBeenCalledWith("https://meet.example/ws/m1", expect.anything());
  });

  it("is tried again when the server has trouble", async () => {
    await refused(answer(503, { code: "storage_unavailable", close: Close.UNAVAILABLE }), 60_000);
    expect(RefusedSocket.tries).toBeGreaterThan(3);
  });

  it("is left alone for as long as the server asks", async () => {
    await refused(answer(429, { code: "rate_limited" }, { "retry-after": "20" }), 19_000);
    expect(RefusedSocket.tries).toBe(1);
  });

  it("is tried again when nothing but a proxy answers", async () => {
    await refused(() => Promise.resolve(new Response("<html>", { status: 502 })), 60_000);
    expect(RefusedSocket.tries).toBeGreaterThan(3);
  });

  it("is tried again when there is no network to ask over", async () => {
    await refused(() => Promise.reject(new TypeError("no network")), 60_000);
    expect(RefusedSocket.tries).toBeGreaterThan(3);
  });
});

/// <reference types="@fastly/js-compute" />
// An edge in front of a site, written for Fastly Compute: rewrites pages while they stream, signs links, counts in a KV
// store and sets cookies.
import { ConfigStore } from "fastly:config-store";
import { SecretStore } from "fastly:secret-store";
import { KVStore } from "fastly:kv-store";
import { Logger } from "fastly:logger";
import { env } from "fastly:env";

addEventListener("fetch", (event) => event.respondWith(answer(event)));

async function answer(event) {
  const url = new URL(event.request.url);
  new Logger("access").log(`${event.request.method} ${url.pathname}`);
  if (url.pathname.startsWith("/site/")) {
    return rewrite(event.request, url);
  }
  switch (url.pathname) {
    case "/":
      return hello(event);
    case "/sign":
      return sign(url.searchParams.get("path"));
    case "/count":
      return count();
    case "/both":
      return both();
    default:
      return new Response("There is nothing here.\n", { status: 404 });
  }
}

function hello(event) {
  const greeting = new ConfigStore("words").get("GREETING") ?? "Hello";
  const visits = Number(/visits=(\d+)/.exec(event.request.headers.get("cookie"))?.[1] ?? 0) + 1;
  const place = event.client.geo?.city ?? "somewhere";
  return new Response(`${greeting} to ${place} from ${env("FASTLY_POP")}, visit ${visits}.\n`, {
    headers: { "set-cookie": `visits=${visits}; Path=/; HttpOnly`, "content-type": "text/plain" },
  });
}

async function sign(path) {
  const secret = await new SecretStore("keys").get("LINK_KEY");
  const key = await crypto.subtle.importKey("raw", secret.rawBytes(), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(path)));
  const hex = Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return new Response(`/signed?path=${path}&mac=${hex}\n`);
}

async function count() {
  const store = new KVStore("counts");
  const before = await store.get("visits");
  const now = (before === null ? 0 : Number(await before.text())) + 1;
  await store.put("visits", String(now));
  return new Response(`${now}\n`);
}

async function both() {
  const answers = await Promise.all([
    fetch("http://a.example/one", { backend: "site" }),
    fetch("http://b.example/two", { backend: "second" }),
  ]);
  const texts = await Promise.all(answers.map((each) => each.text()));
  return new Response(texts.join(""));
}

// Passes a request on and rewrites the page that comes back, while it comes.
async function rewrite(request, url) {
  const page = await fetch(new Request(new URL(url.pathname.slice("/site".length), url), request), { backend: "site" });
  if (!page.headers.get("content-type")?.startsWith("text/html")) {
    return page;
  }
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const rewriting = new TransformStream({
    transform(piece, out) {
      const text = decoder.decode(piece, { stream: true });
      out.enqueue(encoder.encode(text.replace("<body>", "<body><p>Served from the edge.</p>")));
    },
  });
  const headers = new Headers(page.headers);
  headers.delete("content-length");
  headers.set("x-rewritten", "yes");
  return new Response(page.body.pipeThrough(rewriting), { status: page.status, headers });
}

// What scripts find in the engine beside the language: the parts of the web's API that a handler of requests needs, made
// of the host's calls. Evaluated once while the image is made; nothing of it runs again for a request but what is called.
(function (host, urls) {
  "use strict";
  const { URL, URLSearchParams } = urls;

  // Strings and bytes.

  class TextEncoder {
    get encoding() { return "utf-8"; }
    encode(text = "") { return host.encode(String(text)); }
  }

  class TextDecoder {
    get encoding() { return "utf-8"; }
    decode(bytes = new Uint8Array(0)) { return host.decode(asBytes(bytes)); }
  }

  function asBytes(data) {
    if (data instanceof Uint8Array) return data;
    if (data instanceof ArrayBuffer) return new Uint8Array(data);
    if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return host.encode(String(data));
  }

  function joined(pieces) {
    if (pieces.length === 1) return pieces[0];
    const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  function btoa(text) {
    let out = "";
    for (let i = 0; i < text.length; i += 3) {
      const codes = [0, 1, 2].map((k) => text.charCodeAt(i + k));
      if (codes.some((code) => code > 255)) throw new TypeError("btoa takes characters up to U+00FF");
      const bits = (codes[0] << 16) | ((codes[1] || 0) << 8) | (codes[2] || 0);
      const left = text.length - i;
      out += BASE64[bits >> 18] + BASE64[(bits >> 12) & 63]
        + (left > 1 ? BASE64[(bits >> 6) & 63] : "=") + (left > 2 ? BASE64[bits & 63] : "=");
    }
    return out;
  }

  function atob(text) {
    const clean = String(text).replace(/[\t\n\f\r ]/g, "").replace(/={1,2}$/, "");
    if (/[^A-Za-z0-9+/]/.test(clean) || clean.length % 4 === 1) throw new TypeError("atob takes base64");
    let out = "", bits = 0, count = 0;
    for (const character of clean) {
      bits = (bits << 6) | BASE64.indexOf(character);
      count += 6;
      if (count >= 8) {
        count -= 8;
        out += String.fromCharCode((bits >> count) & 255);
      }
    }
    return out;
  }

  // Lists of strings cross to the host and back as one, with NUL between them.
  const pack = (texts) => texts.join("\0");
  const unpack = (text) => (text === "" ? [] : text.split("\0"));
  function pairs(text) {
    const flat = unpack(text), found = [];
    for (let i = 0; i < flat.length; i += 2) found.push([flat[i], flat[i + 1]]);
    return found;
  }

  // Messages.

  class Headers {
    #fields = new Map();

    constructor(init) {
      if (init == null) return;
      const entries = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
      for (const [name, value] of entries) this.append(name, value);
    }

    append(name, value) {
      const key = Headers.#name(name);
      const values = this.#fields.get(key);
      const given = Headers.#value(value);
      if (values) values.push(given);
      else this.#fields.set(key, [given]);
    }

    set(name, value) { this.#fields.set(Headers.#name(name), [Headers.#value(value)]); }
    get(name) {
      const values = this.#fields.get(Headers.#name(name));
      return values ? values.join(", ") : null;
    }
    getSetCookie() { return [...(this.#fields.get("set-cookie") || [])]; }
    has(name) { return this.#fields.has(Headers.#name(name)); }
    delete(name) { this.#fields.delete(Headers.#name(name)); }
    forEach(call, self) { for (const [name, value] of this) call.call(self, value, name, this); }
    *entries() {
      for (const name of [...this.#fields.keys()].sort()) {
        if (name === "set-cookie") for (const value of this.#fields.get(name)) yield [name, value];
        else yield [name, this.get(name)];
      }
    }
    *keys() { for (const [name] of this) yield name; }
    *values() { for (const [, value] of this) yield value; }
    [Symbol.iterator]() { return this.entries(); }

    static #name(name) {
      const text = String(name);
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)) throw new TypeError("invalid header name: " + text);
      return text.toLowerCase();
    }
    static #value(value) {
      const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
      if (/[\0\n\r]/.test(text)) throw new TypeError("invalid header value");
      return text;
    }
  }

  // A body is read once: all of it, or piece by piece as an async iterable.
  class Body {
    #pieces;
    #used = false;
    #type = null;

    constructor(data) {
      if (data == null) this.#pieces = null;
      else if (typeof data[Symbol.asyncIterator] === "function") this.#pieces = data;
      else {
        if (typeof data === "string") this.#type = "text/plain;charset=UTF-8";
        else if (data instanceof URLSearchParams) this.#type = "application/x-www-form-urlencoded;charset=UTF-8";
        const bytes = asBytes(data);
        this.#pieces = (async function* () { if (bytes.length) yield bytes; })();
        this.length = bytes.length;
      }
    }

    get type() { return this.#type; }
    get body() { return this.#pieces; }
    get bodyUsed() { return this.#used; }
    take() {
      if (this.#used) throw new TypeError("the body was read already");
      this.#used = this.#pieces !== null;
      return this.#pieces;
    }
    async bytes() {
      const pieces = [];
      const source = this.take();
      if (source) for await (const piece of source) pieces.push(asBytes(piece));
      return joined(pieces);
    }
  }

  class Message {
    constructor(data, headers) {
      this._body = data instanceof Body ? data : new Body(data);
      this.headers = new Headers(headers);
      if (this._body.type && !this.headers.has("content-type")) this.headers.set("content-type", this._body.type);
    }
    get body() { return this._body.body; }
    get bodyUsed() { return this._body.bodyUsed; }
    async bytes() { return this._body.bytes(); }
    async arrayBuffer() {
      const bytes = await this._body.bytes();
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    }
    async text() { return host.decode(await this._body.bytes()); }
    async json() { return JSON.parse(await this.text()); }
  }

  class Request extends Message {
    constructor(input, init = {}) {
      const other = input instanceof Request ? input : null;
      super(init.body !== undefined ? init.body : other && other._body, init.headers || (other && other.headers));
      this.url = other ? other.url : new URL(String(input)).href;
      this.method = String(init.method || (other ? other.method : "GET")).toUpperCase();
    }
    clone() {
      if (this.body) throw new TypeError("a request with a body can't be cloned: read it once");
      return new Request(this);
    }
  }

  class Response extends Message {
    constructor(data, init = {}) {
      super(data, init.headers);
      this.status = init.status === undefined ? 200 : Number(init.status);
      if (!(this.status >= 200 && this.status <= 599)) throw new RangeError("status " + init.status + " is not from 200 to 599");
      this.statusText = init.statusText === undefined ? "" : String(init.statusText);
    }
    get ok() { return this.status < 300; }
    static json(value, init = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has("content-type")) headers.set("content-type", "application/json");
      return new Response(JSON.stringify(value), { ...init, headers });
    }
    static redirect(url, status = 302) { return new Response(null, { status, headers: { location: String(url) } }); }
  }

  // What is waited for.

  const timers = new Map();
  const calls = new Map();
  let numbers = 0;

  function setTimeout(call, ms = 0, ...values) {
    const id = ++numbers;
    timers.set(id, { due: Date.now() + Math.max(0, Number(ms) || 0), run: () => call(...values) });
    return id;
  }
  function clearTimeout(id) { timers.delete(id); }
  function queueMicrotask(call) { Promise.resolve().then(call); }

  async function fetch(input, init) {
    const request = new Request(input, init);
    const hasBody = request.body !== null;
    const length = !hasBody ? 0 : request._body.length === undefined ? -1 : request._body.length;
    const id = host.fetchBegin(request.method, request.url, pack([...request.headers].flat()), length);
    if (hasBody) for await (const piece of request._body.take()) host.fetchWrite(id, asBytes(piece));
    host.fetchEnd(id);
    await new Promise((resolve) => calls.set(id, resolve));
    const [status, ...fields] = unpack(host.fetchHead(id));
    const pieces = (async function* () {
      for (let piece = host.fetchRead(id); piece !== null; piece = host.fetchRead(id)) yield piece;
    })();
    const response = new Response(pieces, { headers: pairs(pack(fields)) });
    response.status = Number(status);
    response.url = request.url;
    return response;
  }

  // Waits for the first thing that can happen and lets it. Returns whether there was anything to wait for.
  function wait() {
    let due = Infinity;
    for (const timer of timers.values()) due = Math.min(due, timer.due);
    if (calls.size === 0 && due === Infinity) return false;
    const left = due === Infinity ? -1 : Math.max(0, due - Date.now());
    const id = host.wait(pack([...calls.keys()]), left);
    if (id >= 0) {
      const resolve = calls.get(id);
      calls.delete(id);
      resolve();
    }
    const now = Date.now();
    for (const [key, timer] of [...timers]) {
      if (timer.due <= now && timers.delete(key)) timer.run();
    }
    return true;
  }

  // What the function was given.

  function store(name) {
    return {
      async get(key, type = "text") {
        const bytes = host.kvGet(name, String(key));
        if (bytes === null) return null;
        if (type === "bytes") return bytes;
        return type === "json" ? JSON.parse(host.decode(bytes)) : host.decode(bytes);
      },
      async put(key, value, options = {}) { host.kvPut(name, String(key), asBytes(value), Number(options.ttl) || 0); },
      async delete(key) { return host.kvDelete(name, String(key)); },
      async list(options = {}) {
        return unpack(host.kvList(name, options.prefix || "", options.after || "", options.limit || 1000));
      },
    };
  }

  function environment(config, secrets) {
    const env = Object.fromEntries(pairs(config));
    for (const name of unpack(secrets)) Object.defineProperty(env, name, { enumerable: true, get: () => host.secret(name) });
    env.kv = store;
    return env;
  }

  // One request.

  let handlers = null;

  function report(error) {
    return error instanceof Error ? error + "\n" + (error.stack || "") : String(error);
  }

  async function answer(method, url, headers, length, config, secrets, place) {
    const pieces = (async function* () {
      for (let piece = host.readBody(); piece !== null; piece = host.readBody()) yield piece;
    })();
    const request = new Request(url, { method, headers: pairs(headers), body: length === 0 ? null : pieces });
    Object.defineProperty(request, "cress", { value: Object.freeze(Object.fromEntries(pairs(place))) });
    const waiting = [];
    const context = { waitUntil: (promise) => { waiting.push(promise); } };
    const handle = typeof handlers === "function" ? handlers : handlers.fetch.bind(handlers);
    const response = await handle(request, environment(config, secrets), context);
    if (!(response instanceof Response)) throw new TypeError("the handler returned no Response");
    host.respond(response.status, pack([...response.headers].flat()));
    const body = response._body.take();
    if (body) for await (const piece of body) host.write(asBytes(piece));
    host.end();
    await Promise.allSettled(waiting);
  }

  const console = {};
  for (const level of ["debug", "log", "info", "warn", "error"]) {
    console[level] = (...values) => {
      host.log(values.map((v) => (typeof v === "string" ? v : inspect(v))).join(" "), level);
    };
  }

  function inspect(value) {
    if (value instanceof Error) return report(value);
    try {
      const text = JSON.stringify(value);
      return text === undefined ? String(value) : text;
    } catch {
      return String(value);
    }
  }

  const crypto = {
    getRandomValues(array) {
      const random = host.random(array.byteLength);
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(random);
      return array;
    },
    randomUUID() {
      const bytes = host.random(16);
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    },
  };

  // The engine's own is seeded once, so it would be the same for every request.
  Math.random = function random() {
    const bytes = host.random(7);
    let value = bytes[0] & 31;
    for (let i = 1; i < 7; i++) value = value * 256 + bytes[i];
    return value / 2 ** 53;
  };

  Object.assign(globalThis, {
    TextEncoder, TextDecoder, URL, URLSearchParams, Headers, Request, Response, fetch, setTimeout, clearTimeout,
    queueMicrotask, console, crypto, atob, btoa,
  });

  return {
    // The script's exports are here.
    loaded(exports) {
      handlers = exports.default;
      if (typeof handlers !== "function" && (handlers == null || typeof handlers.fetch !== "function")) {
        throw new TypeError("the script must export a handler: export default { fetch(request) { … } }");
      }
    },
    begin(...given) {
      answer(...given).then(
        () => host.done(),
        (error) => host.fail(report(error)));
    },
    isLoaded: () => handlers !== null,
    wait,
    report,
  };
})

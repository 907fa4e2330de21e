// token: signs claims and checks them again, as compact JWS (RFC 7515, 7519) with HMAC-SHA-256.
//   POST /sign    a JSON object; answers the token, which ends in an hour
//   GET /check    Authorization: Bearer <token>; answers the claims, or 401 and why
// The key is the configuration value TOKEN_KEY.
import { Claims } from "./claims";
import { areEqual, fromBase64url, hmac, toBase64url } from "./crypto";
import { environment, nowSeconds, readInput, STDERR, STDOUT, write } from "./wasi";

const CLAIMS_BYTES_MAX = 16 * 1024;
const TOKEN_CHARACTERS_MAX = 32 * 1024;
const LIFETIME_SECONDS: i64 = 3600;
// RFC 7518, section 3.2: no shorter than the hash.
const KEY_BYTES_MIN = 32;
const HEADER = toBase64url(bytesOf('{"alg":"HS256","typ":"JWT"}'));

const variables = environment();
main();

function main(): void {
  const method = variable("REQUEST_METHOD"), path = variable("PATH_INFO");
  if (path == "/sign") {
    if (method != "POST") return refuseMethod("POST");
  } else if (path == "/check") {
    if (method != "GET" && method != "HEAD") return refuseMethod("GET, HEAD");
  } else {
    return answer("404 Not Found", "", "There is nothing here. There are POST /sign and GET /check.\n");
  }
  const key = bytesOf(variable("TOKEN_KEY"));
  if (key.length < KEY_BYTES_MIN) {
    write(STDERR, `TOKEN_KEY has ${key.length} bytes, at least ${KEY_BYTES_MIN} are needed\n`);
    return answer("500 Internal Server Error", "", "This function has no key of the right length: see its log.\n");
  }
  if (path == "/sign") sign(key);
  else check(key, variable("HTTP_AUTHORIZATION"));
}

function sign(key: Uint8Array): void {
  const body = readInput(CLAIMS_BYTES_MAX);
  if (body.length > CLAIMS_BYTES_MAX) {
    return answer("413 Content Too Large", "", `The claims are too long: at most ${CLAIMS_BYTES_MAX} bytes.\n`);
  }
  const text = textOf(body);
  if (text == null) return refuseClaims("they are not UTF-8");
  const claims = new Claims(text);
  if (!claims.isValid) return refuseClaims(claims.fault);
  if (claims.members.has("iat") || claims.members.has("exp")) return refuseClaims("iat and exp are set here");

  const now = nowSeconds();
  const comma = claims.members.size > 0 ? "," : "";
  const open = text.substring(0, text.lastIndexOf("}")).trimEnd();
  const signed = HEADER + "." + toBase64url(bytesOf(`${open}${comma}"iat":${now},"exp":${now + LIFETIME_SECONDS}}`));
  answer("200 OK", "", signed + "." + toBase64url(hmac(key, bytesOf(signed))), "application/jwt");
}

function check(key: Uint8Array, authorization: string): void {
  if (authorization.length == 0) return challenge("", "The request has no Authorization header.");
  if (authorization.substring(0, 7).toLowerCase() != "bearer ") return challenge("", "A bearer token is needed.");
  const token = authorization.substring(7).trim();
  if (token.length > TOKEN_CHARACTERS_MAX) return reject("malformed: it is too long");
  const parts = token.split(".");
  if (parts.length != 3) return reject("malformed: it must have three parts");
  // Exactly our own header: the algorithm is never the token's to choose.
  if (parts[0] != HEADER) return reject("malformed: its header is not that of this function's tokens");
  const signature = fromBase64url(parts[2]);
  if (signature == null) return reject("malformed: its signature is not base64url");
  if (!areEqual(signature, hmac(key, bytesOf(parts[0] + "." + parts[1])))) return reject("badly signed");

  const payload = fromBase64url(parts[1]);
  if (payload == null) return reject("malformed: its claims are not base64url");
  const text = textOf(payload);
  if (text == null) return reject("malformed: its claims are not UTF-8");
  const claims = new Claims(text);
  if (!claims.isValid) return reject("malformed: " + claims.fault);
  const now = nowSeconds();
  if (claims.seconds("exp") < 0) return reject("malformed: it has no exp in whole seconds");
  if (claims.seconds("exp") <= now) return reject("expired");
  if (claims.members.has("nbf")) {
    if (claims.seconds("nbf") < 0) return reject("malformed: its nbf is not in whole seconds");
    if (claims.seconds("nbf") > now) return reject("not valid yet");
  }
  answer("200 OK", "", text + "\n", "application/json");
}

function refuseMethod(allowed: string): void {
  answer("405 Method Not Allowed", `Allow: ${allowed}\r\n`, `The method must be ${allowed.replace(", ", " or ")}.\n`);
}

function refuseClaims(why: string): void {
  answer("400 Bad Request", "", `The claims can't be signed: ${why}.\n`);
}

function reject(why: string): void {
  challenge(`, error="invalid_token", error_description="The token is ${why}"`, `The token is ${why}.`);
}

/** RFC 6750, section 3: who sends no token at all is told of no error. */
function challenge(parameters: string, why: string): void {
  answer("401 Unauthorized", `WWW-Authenticate: Bearer realm="token"${parameters}\r\n`, why + "\n");
}

function answer(status: string, headers: string, body: string, type: string = "text/plain; charset=utf-8"): void {
  const head = `Status: ${status}\r\nContent-Type: ${type}\r\nCache-Control: no-store\r\n${headers}\r\n`;
  write(STDOUT, variable("REQUEST_METHOD") == "HEAD" ? head : head + body);
}

function variable(name: string): string {
  return variables.has(name) ? variables.get(name) : "";
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.wrap(String.UTF8.encode(text));
}

/** Null if the bytes are not UTF-8: then they don't come out again as they went in. */
function textOf(bytes: Uint8Array): string | null {
  const text = String.UTF8.decodeUnsafe(bytes.dataStart, bytes.length);
  const again = Uint8Array.wrap(String.UTF8.encode(text, false, String.UTF8.ErrorMode.REPLACE));
  return areEqual(bytes, again) ? text : null;
}

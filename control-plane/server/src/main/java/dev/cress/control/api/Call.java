package dev.cress.control.api;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.Member;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.control.store.Actor;
import dev.cress.control.store.Once;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Terms;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// One request: what the caller sent, read with limits. Lives on the event loop.
final class Call {
    /// Characters of an idempotency key.
    static final int KEY_LENGTH_MAX = 255;

    private static final Pattern TENANT = Pattern.compile("[a-z]([a-z0-9-]{0,38}[a-z0-9])?");

    private static final Pattern KEY =
            Pattern.compile("[!-~&&[^\"\\\\]]{1," + KEY_LENGTH_MAX + "}");

    private final HttpServerRequest request;
    private final List<String> arguments;
    private final Actor actor;
    private final Grant caller;
    private final Optional<Member> member;
    private final int jsonBytesMax;

    /// Of the body, as far as it was read.
    private Sha256 digest = Sha256.of(new byte[0]);

    /// @param found what was asked for
    /// @param member whom the caller's certificate names, if it showed one
    /// @param id the request's
    Call(
            HttpServerRequest request,
            Endpoints.Found found,
            Grant caller,
            Optional<Member> member,
            String id,
            int jsonBytesMax) {
        this.request = request;
        this.arguments = found.arguments();
        this.actor = actor(request, found.endpoint().label(), arguments, caller, id);
        this.caller = caller;
        this.member = member;
        this.jsonBytesMax = jsonBytesMax;
    }

    HttpServerRequest request() {
        return request;
    }

    HttpServerResponse response() {
        return request.response();
    }

    Grant caller() {
        return caller;
    }

    Optional<Member> member() {
        return member;
    }

    boolean isTls() {
        return request.connection().isSsl();
    }

    /// Completes if the caller leaves before its answer has gone out; else never.
    Future<Void> gone() {
        Promise<Void> promise = Promise.promise();
        response().closeHandler(_ -> promise.tryComplete());
        return promise.future();
    }

    String argument() {
        return argument(0);
    }

    String argument(int index) {
        return arguments.get(index);
    }

    /// What the caller says in the path, from left to right.
    List<String> arguments() {
        return arguments;
    }

    /// The tenant whose things are meant: the caller's own; of the fleet's callers the one that
    /// they name, or nobody in particular.
    Optional<TenantName> whose() {
        var asked = Optional.ofNullable(request.getParam("tenant")).map(TenantName::new);
        if (caller.isFleets()) {
            return asked;
        }
        var own = Optional.of(new TenantName(caller.tenant()));
        if (asked.isPresent() && !asked.equals(own)) {
            throw Refusal.unknownTenant(asked.get());
        }
        return own;
    }

    /// The tenant that the caller acts for.
    TenantName tenant() {
        return whose().orElse(TenantName.DEFAULT);
    }

    /// The function in the path: `NAME` is the tenant's for whom the caller acts, `NAME.TENANT` is
    /// another way to say which. Another tenant's isn't there.
    FunctionName function() {
        return function(argument());
    }

    /// The function of this name, as if it stood in the path.
    FunctionName function(String text) {
        if (text.indexOf('.') < 0) {
            return FunctionName.of(tenant(), text);
        }
        var name = new FunctionName(text);
        if (whose().filter(tenant -> !tenant.equals(name.tenant())).isPresent()) {
            throw Refusal.unknownFunction(name);
        }
        return name;
    }

    /// The caller's own name for the change that he asks for.
    Optional<String> idempotencyKey() {
        String header = request.getHeader("idempotency-key");
        if (header == null) {
            return Optional.empty();
        }
        String text = header.strip();
        boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        String key = quoted ? text.substring(1, text.length() - 1) : text;
        if (!KEY.matcher(key).matches()) {
            throw Refusal.invalid(
                    "invalid-value",
                    "idempotency-key has %d characters: it must have 1 to %d visible ASCII characters but '\"' and '\\'"
                            .formatted(key.length(), KEY_LENGTH_MAX));
        }
        return Optional.of(key);
    }

    /// On what terms the caller asks for a change. To be read after the body, if there is one.
    Terms terms() {
        @Nullable String ifMatch = request.getHeader("if-match");
        var once =
                idempotencyKey()
                        .map(
                                key ->
                                        Once.of(
                                                caller.tokenId(),
                                                Access.secret(request.getHeader("authorization")),
                                                key,
                                                asked(ifMatch)));
        return new Terms(once.orElse(null), ifMatch, actor());
    }

    /// Who asks for what, for the audit log.
    Actor actor() {
        return actor;
    }

    /// The same of a request that was refused, perhaps before anything of it was read.
    static Actor actor(
            HttpServerRequest request,
            String operation,
            List<String> arguments,
            Grant caller,
            String id) {
        String thing = arguments.isEmpty() ? "" : arguments.getFirst();
        String address = request.remoteAddress().hostAddress();
        return new Actor(
                caller.tokenId(),
                caller.name(),
                caller.isFleets() ? about(request, operation, thing) : caller.tenant(),
                operation,
                thing,
                id,
                address == null ? "" : address);
    }

    /// Whose things a caller of the fleet means, empty if they are the fleet's.
    private static String about(HttpServerRequest request, String operation, String thing) {
        if (operation.contains("/v1/tenants/")) {
            return TENANT.matcher(thing).matches() ? thing : "";
        }
        boolean ofTenants =
                operation.contains("/v1/functions")
                        || operation.contains("/v1/apply")
                        || operation.contains("/v1/modules")
                        || operation.contains("/v1/assets")
                        || operation.contains("/v1/secrets");
        if (!ofTenants) {
            return "";
        }
        int dot = thing.indexOf('.');
        String named =
                dot < 0
                        ? request.getParam("tenant", TenantName.DEFAULT.value())
                        : thing.substring(dot + 1);
        return TENANT.matcher(named).matches() ? named : "";
    }

    /// All that was asked, digested.
    private Sha256 asked(@Nullable String ifMatch) {
        String all =
                String.join(
                        "\n",
                        request.method().name(),
                        request.uri(),
                        String.valueOf(ifMatch),
                        digest.hex());
        return Sha256.of(all.getBytes(StandardCharsets.UTF_8));
    }

    /// The content-length, -1 if there is none.
    long declaredBytes() {
        String length = request.getHeader("content-length");
        try {
            return length == null ? -1 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            throw Refusal.invalid("invalid-value", "content-length is not a number: " + length);
        }
    }

    /// A number in the query.
    int number(String name, int ifMissing, int min, int max) {
        String text = request.getParam(name);
        if (text == null) {
            return ifMissing;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, as with a number out of range.
        }
        throw Refusal.invalid(
                "invalid-value",
                "query parameter %s = '%s' is not a number from %d to %d"
                        .formatted(name, text, min, max));
    }

    /// A yes or no in the query, no if it is missing.
    boolean flag(String name) {
        String text = request.getParam(name);
        if (text == null || text.equals("false")) {
            return false;
        }
        if (text.equals("true")) {
            return true;
        }
        throw Refusal.invalid(
                "invalid-value",
                "query parameter %s = '%s' is neither true nor false".formatted(name, text));
    }

    /// A word in the query that is one of these.
    ///
    /// @param ifMissing is one of them too
    String oneOf(String name, String ifMissing, List<String> others) {
        String text = request.getParam(name);
        if (text == null || text.equals(ifMissing) || others.contains(text)) {
            return text == null ? ifMissing : text;
        }
        throw Refusal.invalid(
                "invalid-value",
                "query parameter %s = '%s' is none of %s, %s"
                        .formatted(name, text, ifMissing, String.join(", ", others)));
    }

    /// The body as this record, read strictly.
    <T> Future<T> json(Class<T> type) {
        return body().map(
                        bytes ->
                                Json.read(
                                        new String(bytes.getBytes(), StandardCharsets.UTF_8),
                                        type));
    }

    /// The same, where no body means the record without any values.
    <T> Future<T> jsonOr(Class<T> type, T ifEmpty) {
        return body().map(
                        bytes ->
                                bytes.length() == 0
                                        ? ifEmpty
                                        : Json.read(
                                                new String(
                                                        bytes.getBytes(), StandardCharsets.UTF_8),
                                                type));
    }

    /// The body as bytes that nobody must guess from a digest of what was asked: that is made with
    /// what only the caller has.
    Future<byte[]> secretBytes(int bytesMax) {
        return body(bytesMax)
                .map(
                        bytes -> {
                            String own = Access.secret(request.getHeader("authorization"));
                            digest = Sha256.of(Buffer.buffer(own).appendBuffer(bytes).getBytes());
                            return bytes.getBytes();
                        });
    }

    /// The body as bytes.
    Future<byte[]> bytes(int bytesMax) {
        return body(bytesMax).map(Buffer::getBytes);
    }

    /// An upload that takes the body itself, which flows from here on, unless it was refused at
    /// once.
    <T> Future<T> begun(Future<T> upload) {
        if (!upload.failed()) {
            proceed();
        }
        return upload;
    }

    private Future<Buffer> body() {
        return body(jsonBytesMax);
    }

    private Future<Buffer> body(int bytesMax) {
        if (declaredBytes() > bytesMax) {
            throw tooLarge(declaredBytes(), bytesMax);
        }
        proceed();
        Promise<Buffer> promise = Promise.promise();
        Buffer all = Buffer.buffer();
        request.exceptionHandler(promise::tryFail);
        request.endHandler(
                _ -> {
                    digest = Sha256.of(all.getBytes());
                    promise.tryComplete(all);
                });
        request.handler(
                chunk -> {
                    if (all.length() + chunk.length() > bytesMax) {
                        promise.tryFail(tooLarge((long) all.length() + chunk.length(), bytesMax));
                    } else {
                        all.appendBuffer(chunk);
                    }
                });
        return promise.future();
    }

    /// A caller that asked whether to send its body is told so.
    void proceed() {
        String expect = request.getHeader("expect");
        if (expect != null && expect.equalsIgnoreCase("100-continue")) {
            response().writeContinue();
        }
    }

    private static Refusal tooLarge(long bytes, int bytesMax) {
        return Refusal.tooLarge("body", bytes + " bytes", bytesMax + " bytes");
    }

    /// A value that a body must have.
    static <T> T required(@Nullable T value, String key) {
        if (value == null) {
            throw Refusal.invalid("missing-key", "key '%s' is missing".formatted(key));
        }
        return value;
    }
}

package dev.cress.control.api;

import dev.cress.control.store.Refusal;
import dev.cress.control.store.Scope;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// One method on one path.
///
/// @param template the path with `{}` where a segment is the caller's
/// @param scopes who may call it besides operators
/// @param unknown what a tenant's token hears that hasn't the scope, of the thing in the path: that
///     there is none; null where the path names nothing of a tenant's, for a plain 403
record Endpoint(
        HttpMethod method,
        String template,
        TokenFor token,
        Set<Scope> scopes,
        @Nullable Function<String, Refusal> unknown,
        Handler handler) {
    /// Who needs a token.
    enum TokenFor {
        NOBODY,
        /// Callers from another machine.
        REMOTE,
        EVERYBODY
    }

    /// What an endpoint does. Called on the event loop; a refusal may be thrown or be in the
    /// future.
    interface Handler {
        Future<Answer> handle(Call call);
    }

    /// An endpoint for callers with one of these scopes, and operators.
    static Endpoint of(HttpMethod method, String template, Set<Scope> scopes, Handler handler) {
        return new Endpoint(method, template, TokenFor.EVERYBODY, scopes, null, handler);
    }

    /// An endpoint for operators, whose path names what others must not know of.
    static Endpoint secret(
            HttpMethod method,
            String template,
            Function<String, Refusal> unknown,
            Handler handler) {
        return new Endpoint(method, template, TokenFor.EVERYBODY, Set.of(), unknown, handler);
    }

    /// The caller's segments, if this path is meant.
    Optional<List<String>> match(String path) {
        String[] wanted = template.split("/", -1);
        String[] found = path.split("/", -1);
        if (wanted.length != found.length) {
            return Optional.empty();
        }
        var arguments = new ArrayList<String>();
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("{}") && !found[i].isEmpty()) {
                arguments.add(found[i]);
            } else if (!wanted[i].equals(found[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(arguments);
    }

    /// As it stands in metrics.
    String label() {
        return method.name() + " " + template;
    }
}

package dev.cress.control.api;

import dev.cress.control.store.Scope;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One method on one path.
///
/// @param template the path with `{}` where a segment is the caller's
/// @param scopes who may call it besides operators
record Endpoint(
        HttpMethod method, String template, TokenFor token, Set<Scope> scopes, Handler handler) {
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
        return new Endpoint(method, template, TokenFor.EVERYBODY, scopes, handler);
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

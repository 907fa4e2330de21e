package dev.cress.control.api;

import dev.cress.contract.ControlFrame.Secrets.Name;
import dev.cress.contract.Grants;
import dev.cress.contract.SecretsApi.SecretInfo;
import dev.cress.control.store.SecretKeeping;
import dev.cress.control.sync.Sync;

import io.vertx.core.Future;

/// Tenants' secrets: values come in and never go out. Lives on the event loop.
final class SecretEndpoints {
    private final SecretKeeping secrets;
    private final Sync sync;

    SecretEndpoints(SecretKeeping secrets, Sync sync) {
        this.secrets = secrets;
        this.sync = sync;
    }

    private static Name name(Call call) {
        return new Name(call.tenant(), Grants.requireSecretName(call.argument()));
    }

    Future<Answer> list(Call call) {
        var slice = Slice.of(call);
        return secrets.list(call.tenant(), slice.after(), slice.wanted())
                .map(found -> slice.answer(found, SecretInfo::name).tagged());
    }

    Future<Answer> get(Call call) {
        return secrets.get(name(call)).map(Answer::tagged);
    }

    /// Answers once the nodes that are connected here have been told.
    Future<Answer> put(Call call) {
        Name secret = name(call);
        return call.secretBytes(SecretInfo.VALUE_BYTES_MAX)
                .compose(value -> secrets.put(call.terms(), secret, value))
                .compose(info -> sync.secretsChanged().map(_ -> Answer.ok(info)));
    }

    Future<Answer> delete(Call call) {
        return secrets.delete(call.terms(), name(call))
                .compose(_ -> sync.secretsChanged().map(_ -> Answer.empty()));
    }

    Future<Answer> rotate(Call call) {
        return secrets.rotate(call.terms()).map(Answer::ok);
    }
}

package dev.cress.control.api;

import static dev.cress.control.api.Call.required;

import dev.cress.contract.Api.NewTenant;
import dev.cress.contract.ContractException;
import dev.cress.contract.Quota;
import dev.cress.contract.TenantName;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Tenancy;
import dev.cress.control.sync.Sync;

import io.vertx.core.Future;

import java.util.Optional;

/// Tenants and what each may use. Lives on the event loop.
final class TenantEndpoints {
    private final Tenancy tenancy;
    private final Sync sync;
    private final Access access;

    TenantEndpoints(Tenancy tenancy, Sync sync, Access access) {
        this.tenancy = tenancy;
        this.sync = sync;
        this.access = access;
    }

    /// What a path names that isn't there, or that the caller must not know of.
    static Refusal unknown(String name) {
        try {
            return Refusal.unknownTenant(new TenantName(name));
        } catch (ContractException e) {
            return Refusal.invalid(e.code(), String.valueOf(e.getMessage()));
        }
    }

    Future<Answer> list(Call call) {
        var slice = Slice.of(call);
        return tenancy.list(slice.after(), slice.wanted())
                .map(found -> slice.answer(found, each -> each.name().value()).tagged());
    }

    Future<Answer> get(Call call) {
        var name = new TenantName(call.argument());
        var caller = call.caller();
        if (!caller.isFleets() && !caller.tenant().equals(name.value())) {
            throw Refusal.unknownTenant(name);
        }
        return tenancy.get(name).map(Answer::tagged);
    }

    Future<Answer> create(Call call) {
        return call.json(NewTenant.class)
                .compose(
                        asked ->
                                tenancy.create(
                                        call.terms(),
                                        required(asked.name(), "name"),
                                        Optional.ofNullable(asked.quota()).orElse(Quota.DEFAULT)))
                .map(made -> Answer.created(made, "/v1/tenants/" + made.name()));
    }

    Future<Answer> putQuota(Call call) {
        var name = new TenantName(call.argument());
        return call.json(Quota.class)
                .compose(quota -> tenancy.put(call.terms(), name, quota))
                .map(Answer::ok);
    }

    Future<Answer> delete(Call call) {
        var name = new TenantName(call.argument());
        return tenancy.delete(call.terms(), name)
                .map(
                        _ -> {
                            access.forget(name).forEach(sync::credentialRevoked);
                            return Answer.empty();
                        });
    }
}

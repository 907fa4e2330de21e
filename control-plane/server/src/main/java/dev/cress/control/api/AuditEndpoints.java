package dev.cress.control.api;

import dev.cress.control.store.Audit;

import io.vertx.core.Future;

/// Who did what. Lives on the event loop.
final class AuditEndpoints {
    private final Audit audit;

    AuditEndpoints(Audit audit) {
        this.audit = audit;
    }

    Future<Answer> list(Call call) {
        var slice = Slice.of(call);
        return audit.list(
                        call.whose().orElse(null),
                        slice.afterNumber(Long.MAX_VALUE),
                        slice.wanted())
                .map(found -> slice.answer(found, each -> String.valueOf(each.id())));
    }
}

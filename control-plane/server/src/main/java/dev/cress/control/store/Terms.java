package dev.cress.control.store;

import dev.cress.contract.FunctionName;

import org.jspecify.annotations.Nullable;

import java.util.function.Function;

/// On what terms a change is asked for.
///
/// @param once the caller's name for it, if he may ask for it again, or null
/// @param ifMatch the entity tags that the function may have, as in HTTP's `if-match`, or null for
///     whatever it is
/// @param actor who asks, for the audit log, or null for the program itself
public record Terms(@Nullable Once once, @Nullable String ifMatch, @Nullable Actor actor) {
    /// On none.
    public static final Terms NONE = new Terms(null, null, null);

    /// A change of this function: it is what it may be, when its turn comes.
    <T> Function<Tables, T> on(FunctionName name, Class<T> type, Function<Tables, T> change) {
        return on(
                type,
                tables -> {
                    tables.functions().requireMatch(name, ifMatch);
                    return change.apply(tables);
                });
    }

    /// The change, or the answer that it had when it was made.
    <T> Function<Tables, T> on(Class<T> type, Function<Tables, T> change) {
        var name = once;
        return name == null
                ? tables -> noted(tables, change)
                : tables -> once(name, tables, type, all -> noted(all, change));
    }

    private <T> T noted(Tables tables, Function<Tables, T> change) {
        var who = actor;
        if (who == null) {
            return change.apply(tables);
        }
        long before = tables.log().head().revision();
        T answer = change.apply(tables);
        long after = tables.log().head().revision();
        if (!Boolean.FALSE.equals(answer)) {
            tables.audit().append(who, AuditLog.DONE, after > before ? after : 0, 1);
        }
        return answer;
    }

    private static <T> T once(Once name, Tables tables, Class<T> type, Function<Tables, T> change) {
        var first = tables.answers().find(name, type);
        if (first.isPresent()) {
            return first.get();
        }
        T answer = change.apply(tables);
        tables.answers().keep(name, answer);
        return answer;
    }
}

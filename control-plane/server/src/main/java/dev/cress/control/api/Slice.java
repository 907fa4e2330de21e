package dev.cress.control.api;

import dev.cress.contract.Api;
import dev.cress.contract.Api.Page;
import dev.cress.control.store.Refusal;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Which part of a list a caller asks for, and where it goes on. A list is cut behind an item, by
/// the key that it is sorted by: what comes or goes meanwhile moves nothing else, so that whoever
/// follows all pages sees each item that was there all the time once.
///
/// @param path of the list
/// @param tenant whose list a caller of the fleet asked for, empty if he said nothing
/// @param limit items that the caller takes
/// @param after the key of the last item that he has, empty at the beginning
record Slice(String path, String tenant, int limit, String after) {
    /// Characters of a cursor.
    static final int CURSOR_LENGTH_MAX = 200;

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    static Slice of(Call call) {
        int limit = call.number("limit", Api.LIST_DEFAULT, 1, Api.LIST_MAX);
        String path = call.request().path();
        String cursor = call.request().getParam("after");
        String tenant = call.request().getParam("tenant", "");
        return new Slice(path, tenant, limit, cursor == null ? "" : key(path, cursor));
    }

    /// The list's name stands before the key: a cursor is good for no other.
    private static String prefix(String path) {
        return path.substring(path.lastIndexOf('/') + 1) + ":";
    }

    private static String key(String path, String cursor) {
        if (cursor.length() > CURSOR_LENGTH_MAX) {
            throw noCursor(cursor.substring(0, CURSOR_LENGTH_MAX) + "…");
        }
        try {
            var text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
            String prefix = prefix(path);
            if (text.startsWith(prefix) && text.length() > prefix.length()) {
                return text.substring(prefix.length());
            }
        } catch (IllegalArgumentException e) {
            // Said below, as with another list's.
        }
        throw noCursor(cursor);
    }

    private static Refusal noCursor(String cursor) {
        return Refusal.invalid(
                "invalid-value",
                "query parameter after = '%s' is no cursor of this list: take it from the link header of the page before"
                        .formatted(cursor));
    }

    /// The key of a list that is sorted by numbers.
    ///
    /// @param first what stands for the beginning
    long afterNumber(long first) {
        if (after.isEmpty()) {
            return first;
        }
        if (!NUMBER.matcher(after).matches()) {
            throw noCursor(after);
        }
        return Long.parseLong(after);
    }

    /// One more than the caller takes, to see whether the list goes on.
    int wanted() {
        return limit + 1;
    }

    /// What is behind the key of a list that is at hand as a whole.
    <T> List<T> of(List<T> whole, Function<T, String> key) {
        return whole.stream()
                .filter(item -> key.apply(item).compareTo(after) > 0)
                .limit(wanted())
                .toList();
    }

    /// The page, and where the list goes on.
    <T> Answer answer(List<T> found, Function<T, String> key) {
        if (found.size() <= limit) {
            return Answer.ok(new Page<>(found));
        }
        List<T> items = found.subList(0, limit);
        String text = prefix(path) + key.apply(items.getLast());
        String cursor =
                Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(text.getBytes(StandardCharsets.US_ASCII));
        String whose = tenant.isEmpty() ? "" : "&tenant=" + tenant;
        String next =
                "<%s?limit=%d&after=%s%s>; rel=\"next\"".formatted(path, limit, cursor, whose);
        return Answer.ok(new Page<>(items)).with(Map.of("link", next));
    }
}

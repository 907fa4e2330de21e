package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonInclude;

import org.jspecify.annotations.Nullable;

/// An error in HTTP, `application/problem+json` (RFC 9457). `detail` names the thing, the value and
/// the limit; `code` is for programs.
///
/// @param limit the limit that was hit, with its unit (`1000 ms`), or null
/// @param value what hit it, or null
/// @param requestId the request, or null outside the request path
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String code,
        @Nullable String limit,
        @Nullable String value,
        @Nullable String requestId) {
    public static final String MEDIA_TYPE = "application/problem+json";

    /// A problem that needs no more than words.
    public static Problem of(int status, String code, String title, String detail) {
        return new Problem("about:blank", title, status, detail, code, null, null, null);
    }

    /// What a client of a function hears instead of its answer.
    public static Problem of(
            ErrorCode code, String detail, @Nullable String limit, String requestId) {
        return new Problem(
                "about:blank",
                code.title(),
                code.status(),
                detail,
                code.code(),
                limit,
                null,
                requestId);
    }
}

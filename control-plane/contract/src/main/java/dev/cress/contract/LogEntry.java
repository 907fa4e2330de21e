package dev.cress.contract;

/// One request as the function's owner sees it in the log.
///
/// @param atMs when the guest ended, ms since the epoch, by the node's clock
/// @param status what the client got, 0 if it had gone
/// @param outcome `ok`, or the error code of [ErrorCode], or `abandoned` if the client had gone; in
///     an entry that stands for others that a slow reader missed, `dropped`
/// @param detail why, in words, with the limit; empty when it is `ok` or `abandoned`
/// @param guestUs from the guest's first instruction to its end, µs
/// @param cpuUs CPU time of the guest, µs
/// @param stderr what the guest wrote there, cut at the log limit
public record LogEntry(
        long atMs,
        String node,
        FunctionName function,
        int version,
        String requestId,
        String method,
        String path,
        int status,
        String outcome,
        String detail,
        long guestUs,
        long cpuUs,
        String stderr) {}

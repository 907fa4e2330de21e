package dev.cress.wasm.code;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.cress.wasm.stop.StopFlag;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import java.util.TreeSet;

/// Code of one program that many images run, each with a state of its own: loaded once in a process
/// for as long as anybody has it, so that the JIT compiles it once, and the second image of it is
/// as fast as the first has become. It is known by all that was compiled, so that nobody is given
/// what was made of another program. Thread-safe.
public final class SharedCode {
    private static final Cache<String, GuestCode> LOADED =
            Caffeine.newBuilder().weakValues().build();

    private SharedCode() {}

    /// As [GuestCode#load], if nobody has it already.
    public static GuestCode load(GuestCode.Compiled compiled) {
        return LOADED.get(digest(compiled), _ -> GuestCode.load(compiled, StopFlag.armedAtOnce()));
    }

    private static String digest(GuestCode.Compiled compiled) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(
                    (compiled.main() + new TreeSet<>(compiled.interpreted())).getBytes(UTF_8));
            new TreeMap<>(compiled.classes())
                    .forEach(
                            (name, bytes) -> {
                                digest.update((name + " " + bytes.length + ":").getBytes(UTF_8));
                                digest.update(bytes);
                            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

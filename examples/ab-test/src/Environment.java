import org.teavm.interop.Address;
import org.teavm.interop.Import;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The environment variables. TeaVM's System.getenv() knows none, so they are asked of WASI. */
final class Environment {
    private static final String WASI = "wasi_snapshot_preview1";

    private final Map<String, String> variables = new HashMap<>();

    private Environment() {}

    /** A host that refuses leaves it empty. */
    static Environment read() {
        Environment environment = new Environment();
        int[] sizes = new int[2];
        if (environSizesGet(Address.ofData(sizes), Address.ofData(sizes).add(Integer.BYTES)) != 0) {
            return environment;
        }
        int[] pointers = new int[sizes[0]];
        byte[] strings = new byte[sizes[1]];
        if (environGet(Address.ofData(pointers), Address.ofData(strings)) != 0) {
            return environment;
        }
        // The pointers are stale as soon as the collector moves the array; the strings lie end to
        // end anyway.
        for (int start = 0, end = 0; end < strings.length; end++) {
            if (strings[end] == 0) {
                environment.add(new String(strings, start, end - start, StandardCharsets.UTF_8));
                start = end + 1;
            }
        }
        return environment;
    }

    /** Empty if there is none. */
    String get(String name) {
        return variables.getOrDefault(name, "");
    }

    private void add(String variable) {
        int equals = variable.indexOf('=');
        if (equals > 0) {
            variables.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
    }

    @Import(module = WASI, name = "environ_sizes_get")
    private static native int environSizesGet(Address count, Address bytes);

    @Import(module = WASI, name = "environ_get")
    private static native int environGet(Address pointers, Address strings);
}

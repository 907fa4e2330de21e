package dev.cress.wasm.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.isolate.InitialState;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The bytes of an image. Numbers are big-endian; every length is checked against the bytes left
/// before anything is allocated for it.
///
/// ```text
/// "CRIM", format, build │ abi, entries, starts │ stripped module │ main class, classes,
/// interpreted functions │ memory size, its granules' size, granules, globals, tables │ note
/// ```
public final class ImageFile {
    /// The engine and the format that an image was made for: another is built anew.
    public static final String BUILD = "cress-image-5 endive-1.0.0";

    private static final int MAGIC = 0x4352494d;

    private ImageFile() {}

    public static byte[] write(ImageContent image) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            text(out, BUILD);
            text(out, image.abi().name());
            entries(out, image.entries());
            functions(out, image.starts());
            bytes(out, image.stripped());
            compiled(out, image.compiled());
            image.state().write(out);
            out.writeInt(image.note());
        } catch (IOException e) {
            throw new UncheckedIOException("memory can't be written", e);
        }
        return bytes.toByteArray();
    }

    /// Reads what [#write] wrote.
    ///
    /// @throws IOException if it is cut, or of another build
    public static ImageContent read(byte[] file) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(file))) {
            requireBuild(in);
            Abi abi = Abi.valueOf(text(in));
            Map<String, Integer> entries = entries(in);
            List<Integer> starts = functions(in);
            byte[] stripped = bytes(in);
            GuestCode.Compiled compiled = compiled(in);
            InitialState state = InitialState.read(in);
            int note = in.readInt();
            if (in.read() >= 0) {
                throw new IOException("image has bytes after its end");
            }
            return new ImageContent(abi, entries, starts, stripped, compiled, state, note);
        } catch (IllegalArgumentException e) {
            throw new IOException("image can't be read: " + e.getMessage(), e);
        }
    }

    /// Looks at how a file begins.
    ///
    /// @throws IOException if it is no image of this build
    static void requireBuild(DataInputStream in) throws IOException {
        if (in.readInt() != MAGIC) {
            throw new IOException("this is no image");
        }
        String build = text(in);
        if (!build.equals(BUILD)) {
            throw new IOException("image is of build '%s', not '%s'".formatted(build, BUILD));
        }
    }

    private static void compiled(DataOutputStream out, GuestCode.Compiled compiled)
            throws IOException {
        text(out, compiled.main());
        out.writeInt(compiled.classes().size());
        // in order, so that the same module gives the same bytes
        for (var entry : new TreeMap<>(compiled.classes()).entrySet()) {
            text(out, entry.getKey());
            bytes(out, entry.getValue());
        }
        functions(out, new TreeSet<>(compiled.interpreted()));
    }

    private static GuestCode.Compiled compiled(DataInputStream in) throws IOException {
        String main = text(in);
        int count = in.readInt();
        Map<String, byte[]> classes = new HashMap<>();
        for (int i = 0; i < count; i++) {
            classes.put(text(in), bytes(in));
        }
        return new GuestCode.Compiled(main, classes, Set.copyOf(functions(in)));
    }

    private static void entries(DataOutputStream out, Map<String, Integer> entries)
            throws IOException {
        out.writeInt(entries.size());
        for (var entry : new TreeMap<>(entries).entrySet()) {
            text(out, entry.getKey());
            out.writeInt(entry.getValue());
        }
    }

    private static Map<String, Integer> entries(DataInputStream in) throws IOException {
        int count = in.readInt();
        Map<String, Integer> entries = new HashMap<>();
        for (int i = 0; i < count; i++) {
            entries.put(text(in), in.readInt());
        }
        return entries;
    }

    private static void functions(DataOutputStream out, Collection<Integer> functions)
            throws IOException {
        out.writeInt(functions.size());
        for (int function : functions) {
            out.writeInt(function);
        }
    }

    private static List<Integer> functions(DataInputStream in) throws IOException {
        int count = in.readInt();
        var functions = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            functions.add(in.readInt());
        }
        return functions;
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        bytes(out, text.getBytes(UTF_8));
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(bytes(in), UTF_8);
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException(
                    "image says %d bytes where %d are left".formatted(length, in.available()));
        }
        return in.readNBytes(length);
    }
}

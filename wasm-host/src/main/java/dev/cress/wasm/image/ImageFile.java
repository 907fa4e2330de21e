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
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The bytes of an image. Numbers are big-endian; every length is checked against the bytes left
/// before anything is allocated for it.
///
/// ```text
/// "CRIM", format, build │ abi, entry, start │ stripped module │ main class, classes, interpreted
/// functions │ memory size, granules, globals, tables
/// ```
public final class ImageFile {
    /// The engine and the format that an image was made for: another is built anew.
    public static final String BUILD = "cress-image-1 endive-1.0.0";

    private static final int MAGIC = 0x4352494d;
    private static final int NONE = -1;

    private ImageFile() {}

    public static byte[] write(ImageContent image) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            text(out, BUILD);
            text(out, image.abi().name());
            out.writeInt(image.entry());
            out.writeInt(image.start().orElse(NONE));
            bytes(out, image.stripped());
            compiled(out, image.compiled());
            image.state().write(out);
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
            if (in.readInt() != MAGIC) {
                throw new IOException("this is no image");
            }
            String build = text(in);
            if (!build.equals(BUILD)) {
                throw new IOException("image is of build '%s', not '%s'".formatted(build, BUILD));
            }
            Abi abi = Abi.valueOf(text(in));
            int entry = in.readInt();
            int start = in.readInt();
            byte[] stripped = bytes(in);
            GuestCode.Compiled compiled = compiled(in);
            InitialState state = InitialState.read(in);
            if (in.read() >= 0) {
                throw new IOException("image has bytes after its end");
            }
            return new ImageContent(
                    abi,
                    entry,
                    start == NONE ? OptionalInt.empty() : OptionalInt.of(start),
                    stripped,
                    compiled,
                    state);
        } catch (IllegalArgumentException e) {
            throw new IOException("image can't be read: " + e.getMessage(), e);
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
        out.writeInt(compiled.interpreted().size());
        for (int function : new TreeSet<>(compiled.interpreted())) {
            out.writeInt(function);
        }
    }

    private static GuestCode.Compiled compiled(DataInputStream in) throws IOException {
        String main = text(in);
        int count = in.readInt();
        Map<String, byte[]> classes = new HashMap<>();
        for (int i = 0; i < count; i++) {
            classes.put(text(in), bytes(in));
        }
        int interpreted = in.readInt();
        Set<Integer> functions = new HashSet<>();
        for (int i = 0; i < interpreted; i++) {
            functions.add(in.readInt());
        }
        return new GuestCode.Compiled(main, classes, functions);
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

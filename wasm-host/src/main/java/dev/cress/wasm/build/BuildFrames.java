package dev.cress.wasm.build;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageFile;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;

/// What a host and its build worker say to each other over the worker's standard streams: the
/// worker that it is ready, then one request, one answer. Every other part is a length in four
/// bytes, big-endian, and so many bytes.
///
/// ```text
/// ready     what the worker's wall lacks, empty when it stands
/// request   abi │ snapshot, one byte │ module
/// answer    'I' │ image            or      'R' │ code │ message
/// ```
final class BuildFrames {
    private static final char IMAGE = 'I';
    private static final char REFUSED = 'R';
    private static final int TEXT_BYTES_MAX = 64 << 10;

    /// An image of the largest module stays under this.
    static final int PART_BYTES_MAX = 512 << 20;

    private BuildFrames() {}

    static void writeReady(DataOutputStream out, String lacks) throws IOException {
        part(out, lacks.getBytes(UTF_8));
        out.flush();
    }

    static String readReady(DataInputStream in) throws IOException {
        return text(in);
    }

    static void writeRequest(DataOutputStream out, Wanted wanted, byte[] module)
            throws IOException {
        part(out, wanted.abi().getBytes(UTF_8));
        out.writeBoolean(wanted.snapshot());
        part(out, module);
        out.flush();
    }

    static Wanted readWanted(DataInputStream in) throws IOException {
        return new Wanted(text(in), in.readBoolean());
    }

    static byte[] readModule(DataInputStream in) throws IOException {
        return part(in, PART_BYTES_MAX);
    }

    static void writeImage(DataOutputStream out, byte[] image) throws IOException {
        out.writeByte(IMAGE);
        part(out, image);
        out.flush();
    }

    static void writeRefusal(DataOutputStream out, RefusedModuleException refusal)
            throws IOException {
        out.writeByte(REFUSED);
        part(out, refusal.code().getBytes(UTF_8));
        part(out, String.valueOf(refusal.getMessage()).getBytes(UTF_8));
        out.flush();
    }

    /// The image, in the bytes of [ImageFile].
    ///
    /// @throws EOFException if the worker ended before it had answered
    static byte[] readAnswer(DataInputStream in) throws IOException, RefusedModuleException {
        char kind = (char) in.readUnsignedByte();
        return switch (kind) {
            case IMAGE -> part(in, PART_BYTES_MAX);
            case REFUSED -> throw new RefusedModuleException(text(in), text(in));
            default -> throw new IOException("the worker answered with '%c'".formatted(kind));
        };
    }

    private static void part(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(part(in, TEXT_BYTES_MAX), UTF_8);
    }

    private static byte[] part(DataInputStream in, int bytesMax) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > bytesMax) {
            throw new IOException("%d bytes were said, at most %d".formatted(length, bytesMax));
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("%d bytes were said, %d came".formatted(length, bytes.length));
        }
        return bytes;
    }
}

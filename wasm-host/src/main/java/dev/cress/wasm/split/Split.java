package dev.cress.wasm.split;

import dev.cress.wasm.split.Types.FunctionType;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// When a function is split, and into what.
///
/// @param over a function of at most this weight stays whole
/// @param wanted what is left of one that is split weighs at most so much, if that can be had
/// @param pieceMin the least that a piece weighs
/// @param pieceMax the most
record Split(int over, int wanted, int pieceMin, int pieceMax) {
    /// HotSpot's first compiler runs out of registers on methods of more than 6,000 to 9,000
    /// bytecodes, which are interpreted until its second one has had them, for half a second each.
    static final Split DEFAULT = new Split(5_000, 1_500, 30, 1_200);

    /// Each cuts out what the one before has left too large.
    private static final int PASSES_MAX = 40;

    /// They are kept as bits for each statement. The largest interpreters have some hundreds.
    private static final int LOCALS_MAX = 2_000;

    private static final int I32 = 0x7f;
    private static final int LEAST_NUMBER = 0x7c;

    /// Whether a body may be so large: each instruction takes a byte at least.
    boolean mayConcern(byte[] body) {
        return body.length > over / Instructions.WEIGHT_MAX;
    }

    /// A function's body without its pieces, or as it is.
    ///
    /// @param types to which the pieces' are added
    /// @param pieces to which their bodies are
    byte[] body(byte[] body, FunctionType type, Types types, Returns returns, List<byte[]> pieces) {
        try {
            var in = new Code(body, 0);
            int[] locals = locals(in, type);
            byte[] groups = in.since(0);
            Block whole = new BodyReader(in, types).body(result(type));
            if (whole.weight() <= over) {
                return body;
            }
            cut(whole, locals, types, returns, pieces);
            var out = new ByteArrayOutputStream();
            declare(out, groups);
            out.writeBytes(new BodyWriter(Map.of(), local -> local).body(whole));
            return out.toByteArray();
        } catch (UnsplittableException e) {
            return body;
        }
    }

    private static int result(FunctionType type) throws UnsplittableException {
        if (type.results().size() > 1) {
            throw new UnsplittableException();
        }
        return type.results().isEmpty() ? Block.EMPTY : type.results().getFirst();
    }

    /// The types of parameters and locals.
    private static int[] locals(Code in, FunctionType type) throws UnsplittableException {
        var all = IntStream.builder();
        type.parameters().forEach(all::add);
        int count = type.parameters().size();
        int groups = in.u32();
        for (int i = 0; i < groups; i++) {
            int more = in.u32();
            int value = in.u8();
            count += more;
            if (count > LOCALS_MAX) {
                throw new UnsplittableException();
            }
            for (int j = 0; j < more; j++) {
                all.add(value);
            }
        }
        // one more, for switches
        all.add(I32);
        int[] types = all.build().toArray();
        if (IntStream.of(types).anyMatch(t -> t < LEAST_NUMBER)) {
            throw new UnsplittableException();
        }
        return types;
    }

    /// Writes the groups of locals with one more.
    private static void declare(ByteArrayOutputStream out, byte[] groups) {
        var in = new Code(groups, 0);
        Code.number(out, in.u32() + 1);
        out.write(groups, in.position(), groups.length - in.position());
        out.write(1);
        out.write(I32);
    }

    private void cut(Block whole, int[] locals, Types types, Returns returns, List<byte[]> pieces)
            throws UnsplittableException {
        var switches = new Switches(locals.length - 1);
        for (int pass = 0; pass < PASSES_MAX && whole.weight() > wanted; pass++) {
            Liveness liveness = Liveness.of(whole, locals.length);
            List<Region> best =
                    Regions.best(whole, liveness, locals.length, pieceMin, pieceMax, wanted);
            for (Region region : best) {
                var piece = new Piece(region, locals, returns);
                int function = types.addFunction(piece.type());
                pieces.add(piece.code());
                region.replaceBy(piece.call(function));
            }
            if (best.isEmpty() && !switches.divide(whole, pieceMax)) {
                return;
            }
            whole.weigh();
        }
    }
}

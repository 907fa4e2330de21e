package dev.cress.wasm.split;

import dev.cress.wasm.split.Node.Plain;
import dev.cress.wasm.split.Types.FunctionType;

/// What instructions that neither branch nor name a local take from the stack and leave there (Core
/// Specification, 3.3).
final class Instructions {
    /// What an instruction of one byte weighs at most.
    static final int WEIGHT_MAX = 3;

    private static final int ACCESS_WEIGHT = WEIGHT_MAX;

    private final Code in;
    private final Types types;

    Instructions(Code in, Types types) {
        this.in = in;
        this.types = types;
    }

    /// @param at where it begins; its opcode is read
    Plain plain(int opcode, int at) throws UnsplittableException {
        return switch (opcode) {
            case 0x00, 0x01 -> at(at, 0, 0, 1);
            case 0x10 -> {
                FunctionType type = types.ofFunction(in.u32());
                yield call(at, type, 0);
            }
            case 0x11 -> {
                FunctionType type = types.type(in.u32());
                in.number();
                yield call(at, type, 1);
            }
            case 0x1a -> at(at, 1, 0, 1);
            case 0x1b -> at(at, 3, 1, ACCESS_WEIGHT);
            case 0x23 -> number(at, 0, 1, ACCESS_WEIGHT);
            case 0x24 -> number(at, 1, 0, ACCESS_WEIGHT);
            case 0x3f -> number(at, 0, 1, ACCESS_WEIGHT);
            case 0x40 -> number(at, 1, 1, ACCESS_WEIGHT);
            case 0x41, 0x42 -> number(at, 0, 1, 1);
            case 0x43 -> skipped(at, 4);
            case 0x44 -> skipped(at, 8);
            case 0xfc -> bulk(at);
            default -> {
                if (opcode >= 0x28 && opcode <= 0x35) {
                    in.number();
                    yield number(at, 1, 1, ACCESS_WEIGHT);
                } else if (opcode >= 0x36 && opcode <= 0x3e) {
                    in.number();
                    yield number(at, 2, 0, ACCESS_WEIGHT);
                } else if (opcode >= 0x45 && opcode <= 0xc4) {
                    yield at(at, isUnary(opcode) ? 1 : 2, 1, 1);
                }
                throw new UnsplittableException();
            }
        };
    }

    private static boolean isUnary(int opcode) {
        return opcode == 0x45
                || opcode == 0x50
                || (opcode >= 0x67 && opcode <= 0x69)
                || (opcode >= 0x79 && opcode <= 0x7b)
                || (opcode >= 0x8b && opcode <= 0x91)
                || (opcode >= 0x99 && opcode <= 0x9f)
                || opcode >= 0xa7;
    }

    private Plain at(int from, int pops, int pushes, int weight) {
        return new Plain(in.since(from), pops, pushes, weight);
    }

    private Plain number(int from, int pops, int pushes, int weight) {
        in.number();
        return at(from, pops, pushes, weight);
    }

    private Plain skipped(int from, int bytes) {
        in.skip(bytes);
        return at(from, 0, 1, 1);
    }

    private Plain call(int from, FunctionType type, int more) {
        return at(from, type.parameters().size() + more, type.results().size(), ACCESS_WEIGHT);
    }

    private Plain bulk(int from) throws UnsplittableException {
        int operation = in.u32();
        if (operation <= 7) {
            return at(from, 1, 1, 1);
        }
        return switch (operation) {
            case 8, 10, 12, 14 -> {
                in.number();
                yield number(from, 3, 0, ACCESS_WEIGHT);
            }
            case 9, 13 -> number(from, 0, 0, ACCESS_WEIGHT);
            case 11, 17 -> number(from, 3, 0, ACCESS_WEIGHT);
            case 15 -> number(from, 2, 1, ACCESS_WEIGHT);
            case 16 -> number(from, 0, 1, ACCESS_WEIGHT);
            default -> throw new UnsplittableException();
        };
    }
}

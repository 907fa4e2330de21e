package dev.cress.wasm.code;

import dev.cress.wasm.memory.GuestMemory;

import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.runtime.WasmInterruptedException;

import java.lang.invoke.CallSite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// What compiled guests call for memory access and for the poll, in place of the engine's own. The
/// names and types are those of the engine's helper class, whose methods [HelperClass] makes lead
/// here.
///
/// An address is given as its two parts, which the memory adds up.
public final class GuestOps {
    private GuestOps() {}

    public static byte memoryReadByte(int base, int offset, Memory memory) {
        return ((GuestMemory) memory).read(base, offset);
    }

    public static short memoryReadShort(int base, int offset, Memory memory) {
        return ((GuestMemory) memory).readShort(base, offset);
    }

    public static int memoryReadInt(int base, int offset, Memory memory) {
        return ((GuestMemory) memory).readInt(base, offset);
    }

    public static long memoryReadLong(int base, int offset, Memory memory) {
        return ((GuestMemory) memory).readLong(base, offset);
    }

    public static float memoryReadFloat(int base, int offset, Memory memory) {
        return Float.intBitsToFloat(((GuestMemory) memory).readInt(base, offset));
    }

    public static double memoryReadDouble(int base, int offset, Memory memory) {
        return Double.longBitsToDouble(((GuestMemory) memory).readLong(base, offset));
    }

    public static void memoryWriteByte(int base, byte value, int offset, Memory memory) {
        ((GuestMemory) memory).writeByte(base, offset, value);
    }

    public static void memoryWriteShort(int base, short value, int offset, Memory memory) {
        ((GuestMemory) memory).writeShort(base, offset, value);
    }

    public static void memoryWriteInt(int base, int value, int offset, Memory memory) {
        ((GuestMemory) memory).writeI32(base, offset, value);
    }

    public static void memoryWriteLong(int base, long value, int offset, Memory memory) {
        ((GuestMemory) memory).writeLong(base, offset, value);
    }

    public static void memoryWriteFloat(int base, float value, int offset, Memory memory) {
        ((GuestMemory) memory).writeI32(base, offset, Float.floatToRawIntBits(value));
    }

    public static void memoryWriteDouble(int base, double value, int offset, Memory memory) {
        ((GuestMemory) memory).writeLong(base, offset, Double.doubleToRawLongBits(value));
    }

    public static void memoryCopy(int to, int from, int count, Memory memory) {
        ((GuestMemory) memory).copy(to, from, count);
    }

    /// Through the memory, whose reset has to know of it.
    public static void dataDrop(int segment, Instance instance) {
        instance.memory().drop(segment);
    }

    /// Without the engine's way round a fault of JDK 17.
    public static int i32_ge_u(int a, int b) {
        return Integer.compareUnsigned(a, b) >= 0 ? 1 : 0;
    }

    /// Links the poll of a helper class to the flag of its code.
    public static CallSite stopFlag(MethodHandles.Lookup helper, String name, MethodType type) {
        return ((GuestLoader) helper.lookupClass().getClassLoader()).stopFlag().site();
    }

    /// What the poll does once any run of the code should stop. Whether it is this one, its
    /// thread's interrupt says.
    public static void stopIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new WasmInterruptedException("stopped");
        }
    }
}

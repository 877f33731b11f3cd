package io.sluice.gateway.ffmpeg.install;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/**
 * Generates a shared library for Linux that contains only its name and the symbol versions it claims to define.
 *
 * <p>The dynamic loader refuses to start a program if a linked library is missing, even one whose functions are never
 * called. Functions are bound at their first call, so an empty library of the right name is enough for code that never
 * runs. The versions matter because the loader compares them at start: without versions it prints a warning on every
 * start, with wrong ones it refuses to start.
 *
 * <p>Layout: one segment with header, dynamic section, hash table, symbol table (the mandatory null symbol), version
 * definitions and strings. See the System V ABI, chapter 5, and the Linux Standard Base on symbol versioning.
 */
final class EmptySharedObject {

    private static final int HEADER_BYTES = 64;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int PROGRAM_HEADERS = 3;
    private static final int DYNAMIC_ENTRY_BYTES = 16;
    private static final int DYNAMIC_ENTRIES = 10;
    private static final int SYMBOL_BYTES = 24;
    private static final int DEFINITION_BYTES = 28; // Elf64_Verdef with its one Elf64_Verdaux

    /** The largest page size in use on aarch64; x86-64 accepts any multiple of 4 KiB. */
    private static final int SEGMENT_ALIGNMENT = 0x10000;

    private EmptySharedObject() {}

    /** The instruction sets that FFmpeg is bundled for. */
    enum Machine {
        X86_64(62),
        AARCH64(183);

        private final int elfNumber;

        Machine(int elfNumber) {
            this.elfNumber = elfNumber;
        }
    }

    /**
     * The bytes of an empty library.
     *
     * @param name the name that the loader searches for, such as {@code libpulse.so.0}
     * @param versions symbol versions that its dependents require; may be empty
     * @param machine the instruction set that the file claims
     */
    static byte[] bytes(String name, Collection<String> versions, Machine machine) {
        Strings strings = new Strings();
        int nameOffset = strings.add(name);
        List<Integer> versionOffsets = versions.stream().map(strings::add).toList();

        int definitions = 1 + versions.size();
        int dynamicAt = HEADER_BYTES + PROGRAM_HEADERS * PROGRAM_HEADER_BYTES;
        int hashAt = dynamicAt + DYNAMIC_ENTRIES * DYNAMIC_ENTRY_BYTES;
        int symbolsAt = align8(hashAt + 4 * 4);
        int symbolVersionsAt = symbolsAt + SYMBOL_BYTES;
        int definitionsAt = align8(symbolVersionsAt + 2);
        int stringsAt = definitionsAt + definitions * DEFINITION_BYTES;
        int size = stringsAt + strings.size();

        ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        header(file, machine);
        programHeader(file, 1, 0, size, SEGMENT_ALIGNMENT); // PT_LOAD
        programHeader(file, 2, dynamicAt, DYNAMIC_ENTRIES * DYNAMIC_ENTRY_BYTES, 8); // PT_DYNAMIC
        // PT_GNU_STACK: without it the loader makes the stack executable, or refuses the library.
        programHeader(file, 0x6474e551, 0, 0, 16);

        dynamic(file, 14, nameOffset); // DT_SONAME
        dynamic(file, 4, hashAt); // DT_HASH
        dynamic(file, 5, stringsAt); // DT_STRTAB
        dynamic(file, 10, strings.size()); // DT_STRSZ
        dynamic(file, 6, symbolsAt); // DT_SYMTAB
        dynamic(file, 11, SYMBOL_BYTES); // DT_SYMENT
        dynamic(file, 0x6ffffff0L, symbolVersionsAt); // DT_VERSYM
        dynamic(file, 0x6ffffffcL, definitionsAt); // DT_VERDEF
        dynamic(file, 0x6ffffffdL, definitions); // DT_VERDEFNUM
        dynamic(file, 0, 0); // DT_NULL

        file.position(hashAt).putInt(1).putInt(1).putInt(0).putInt(0); // one empty bucket, one (null) symbol
        file.position(definitionsAt);
        definition(file, 1, 1, name, nameOffset, versions.isEmpty()); // the base definition: the library itself
        int index = 2;
        for (String version : versions) {
            definition(file, 0, index, version, versionOffsets.get(index - 2), index == definitions);
            index++;
        }
        return file.put(strings.bytes()).array();
    }

    private static void header(ByteBuffer file, Machine machine) {
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0); // 64 bit, little endian, System V
        file.putShort((short) 3).putShort((short) machine.elfNumber).putInt(1); // ET_DYN
        file.putLong(0).putLong(HEADER_BYTES).putLong(0); // no entry point, no section headers
        file.putInt(0).putShort((short) HEADER_BYTES);
        file.putShort((short) PROGRAM_HEADER_BYTES).putShort((short) PROGRAM_HEADERS);
        file.putShort((short) 64).putShort((short) 0).putShort((short) 0);
    }

    private static void programHeader(ByteBuffer file, int type, int at, int size, int alignment) {
        // Readable and writable: loaders before glibc 2.35 relocate the dynamic section in place.
        file.putInt(type).putInt(6).putLong(at).putLong(at).putLong(at);
        file.putLong(size).putLong(size).putLong(alignment);
    }

    private static void dynamic(ByteBuffer file, long tag, long value) {
        file.putLong(tag).putLong(value);
    }

    private static void definition(ByteBuffer file, int flags, int index, String name, int nameOffset, boolean last) {
        file.putShort((short) 1).putShort((short) flags).putShort((short) index).putShort((short) 1);
        file.putInt(hash(name)).putInt(20).putInt(last ? 0 : DEFINITION_BYTES);
        file.putInt(nameOffset).putInt(0);
    }

    /** The hash function of the System V ABI. */
    private static int hash(String name) {
        int h = 0;
        for (byte b : name.getBytes(StandardCharsets.US_ASCII)) {
            h = (h << 4) + (b & 0xff);
            int high = h & 0xf0000000;
            h ^= high >>> 24;
            h &= ~high;
        }
        return h;
    }

    private static int align8(int offset) {
        return (offset + 7) & ~7;
    }

    /** An ELF string table. */
    private static final class Strings {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Strings() {
            out.write(0);
        }

        int add(String text) {
            int offset = out.size();
            out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
            out.write(0);
            return offset;
        }

        int size() {
            return out.size();
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }
}

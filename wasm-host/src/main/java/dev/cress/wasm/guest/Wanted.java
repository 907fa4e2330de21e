package dev.cress.wasm.guest;

/// What its author wants of a module's image: the module's bytes and this give the same image every
/// time.
///
/// @param abi `auto`, or an [Abi]'s name
/// @param snapshot whether requests begin with what initialisation came to even if it asked for
///     random bytes, the time or the like, which are the same for every request then
public record Wanted(String abi, boolean snapshot) {
    /// What a manifest without either gets.
    public static final Wanted AUTO = new Wanted("auto", false);

    /// A word that files and messages carry.
    public String text() {
        return snapshot ? abi + "-snapshot" : abi;
    }
}

package dev.cress.contract;

/// The build that the programs say they are: they are built, and carry its version, together.
public enum Build {
    ;

    /// What it is when it runs from class files instead of a jar.
    private static final String NONE = "development";

    /// The Cress version of this build.
    public static String version() {
        String version = Build.class.getPackage().getImplementationVersion();
        return version == null ? NONE : version;
    }
}

package dev.cress.wasm.guest;

import java.util.List;
import java.util.Optional;

/// What a guest may ask of its host beside its own request, as far as its version's manifest grants
/// it. One per run; used on the guest's thread, where calls may block. Once the run is stopped,
/// whatever blocks returns at once, and so does every later call.
public interface Capabilities {
    /// Nothing is granted.
    Capabilities NONE = new NoCapabilities();

    /// Requests to other hosts.
    Outbound outbound();

    /// Names of the secrets that are granted.
    List<String> secretNames();

    /// The value of a secret, if it is granted and has one.
    Optional<byte[]> secret(String name);

    /// The store of this name, if it is granted.
    Optional<KeyValueStore> keyValueStore(String name);

    /// The files that the version brought.
    Assets assets();

    /// Bytes of files that the run may keep in memory, in a folder of its own that dies with it; 0
    /// for none.
    long scratchBytes();

    /// What is known of where an address is.
    ///
    /// @param address IPv4 or IPv6, as text
    Optional<Location> locate(String address);

    /// Where an address is.
    ///
    /// @param country ISO 3166-1 alpha-2
    /// @param city its name, or empty
    /// @param latitude degrees north
    /// @param longitude degrees east
    record Location(String country, String city, double latitude, double longitude) {}
}

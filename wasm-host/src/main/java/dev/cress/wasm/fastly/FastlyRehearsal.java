package dev.cress.wasm.fastly;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.host.HostCaller;
import dev.cress.wasm.memory.GuestMemory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Calls in an order in which they succeed, those of a [#SCRIPT].
final class FastlyRehearsal {
    /// A call in each line: module, name, arguments. `>x` is where the call puts `x`, `x` what it
    /// put there, `@x` a list with it alone, `'…'` a text, `#` a buffer, `~` one for several
    /// values, `%` a record of zeros.
    static final String SCRIPT =
            """
            fastly_http_req body_downstream_get >req >reqBody
            fastly_http_downstream next_request 0 % >promise
            fastly_async_io is_ready promise >n
            fastly_http_downstream next_request_wait promise >n >n
            fastly_http_downstream next_request 0 % >promise
            fastly_http_downstream next_request_abandon promise
            fastly_http_downstream downstream_client_ip_addr req # >n
            fastly_http_downstream downstream_client_request_id req #
            fastly_http_downstream downstream_original_header_names req ~
            fastly_http_downstream downstream_original_header_count req >n
            fastly_http_body known_length reqBody >n
            fastly_http_body read reqBody #
            fastly_http_body read reqBody #
            fastly_http_body trailer_names_get reqBody ~
            fastly_http_body new >body
            fastly_http_body write body 'text' 0 >n
            fastly_http_body write body 'more text than the first had' 0 >n
            fastly_http_body write body 'front' 1 >n
            fastly_http_body append body reqBody
            fastly_http_req new >made
            fastly_http_req method_set made 'POST'
            fastly_http_req uri_set made 'http://a.example/b?c#d'
            fastly_http_req method_get made #
            fastly_http_req uri_get made #
            fastly_http_req version_set made 2
            fastly_http_req version_get made >n
            fastly_http_req header_insert made 'X-a' ' b '
            fastly_http_req header_append made 'x-a' 'c'
            fastly_http_req header_names_get made ~
            fastly_http_req header_value_get made 'x-a' #
            fastly_http_req header_values_get made 'x-a' ~
            fastly_http_req header_values_set made 'x-a' 'd\0e\0'
            fastly_http_req header_append made 'x-b' '\1'
            fastly_http_req header_remove made 'x-a'
            fastly_http_req cache_override_set made 0 0 0
            fastly_http_req auto_decompress_response_set made 1
            fastly_http_req register_dynamic_backend 'b' 'b.example:81' 2 %
            fastly_backend exists 'a' >n
            fastly_backend is_dynamic 'b' >n
            fastly_backend get_host 'a' #
            fastly_backend get_override_host 'b' #
            fastly_backend get_port 'a' >n
            fastly_backend get_port 'b' >n
            fastly_backend is_ssl 'b' >n
            fastly_http_req send made body 'a' >resp >respBody
            fastly_http_body known_length respBody >n
            fastly_http_body read respBody #
            fastly_http_body read respBody #
            fastly_http_resp status_get resp >n
            fastly_http_resp header_names_get resp ~
            fastly_http_body close respBody
            fastly_http_resp close resp
            fastly_http_req new >made
            fastly_http_body new >body
            fastly_http_req send_async_streaming made body 'b' >pending
            fastly_http_body write body 'text' 0 >n
            fastly_http_body new >more
            fastly_http_body write more 'text' 0 >n
            fastly_http_body append body more
            fastly_http_body close body
            fastly_http_req pending_req_header_insert pending 'x-a' 'b' 0
            fastly_http_req pending_req_header_append pending 'x-a' 'c' 1
            fastly_http_req pending_req_header_remove pending 'x-b' 0
            fastly_async_io is_ready pending >n
            fastly_async_io select @pending 1 >n
            fastly_http_req pending_req_select @pending >n >resp >body
            fastly_http_req new >made
            fastly_http_req send_async made body 'a' >pending
            fastly_http_req pending_req_poll pending >n >resp >body
            fastly_async_io select @body 1 >n
            fastly_config_store open 'A' >store
            fastly_config_store get store 'A' #
            fastly_config_store get store 'b' #
            fastly_secret_store open 'a' >store
            fastly_secret_store get store 'A' >secret
            fastly_secret_store plaintext secret #
            fastly_secret_store from_bytes 'a' >secret
            fastly_log endpoint_get 'a' >endpoint
            fastly_log write endpoint 'b' >n
            fastly_geo lookup 'abcd' #
            fastly_kv_store open 'a' >store
            fastly_kv_store lookup store 'a' 0 % >done
            fastly_kv_store lookup_wait_v2 done >value # >n >n
            fastly_kv_store insert store 'a' value 56 % >done
            fastly_kv_store insert_wait done >n
            fastly_kv_store delete store 'a' 0 % >done
            fastly_kv_store delete_wait done >n
            fastly_kv_store list store 0 % >done
            fastly_kv_store list_wait done >value >n
            fastly_object_store insert store 'a' value
            fastly_object_store lookup store 'a' >value
            fastly_cache lookup 'a' 0 % >entry
            fastly_cache get_state entry >n
            fastly_cache close entry
            fastly_cache insert 'a' 0 % >value
            fastly_http_body write value 'a' 0 >n
            fastly_http_body abandon value
            fastly_cache transaction_lookup_async 'a' 0 % >entry
            fastly_cache cache_busy_handle_wait entry >entry
            fastly_cache transaction_insert_and_stream_back entry 128 % >value >kept
            fastly_http_body write value 'a' 0 >n
            fastly_http_body close value
            fastly_cache get_length kept >n
            fastly_cache get_user_metadata kept #
            fastly_cache get_body kept 0 % >value
            fastly_cache get_hits kept >n
            fastly_compute_runtime get_vcpu_ms >n
            fastly_compute_runtime get_heap_mib >n
            fastly_http_resp new >resp
            fastly_http_resp status_set resp 201
            fastly_http_resp version_get resp >n
            fastly_http_resp header_insert resp 'x-a' 'b'
            fastly_http_resp framing_headers_mode_set resp 0
            fastly_http_resp send_downstream resp value 1
            fastly_http_body write value 'a' 0 >n
            fastly_http_body close value
            """;

    private static final int RECORD_AT = 8_192;
    private static final int BUFFER_AT = 16_384;
    private static final int BUFFER_BYTES = 4_096;
    private static final int TEXT_AT = 1_024;

    private final GuestMemory memory;
    private final HostCaller caller;
    private final Map<String, Integer> places = new HashMap<>();
    private int textEnd;

    FastlyRehearsal(GuestMemory memory, HostCaller caller) {
        this.memory = memory;
        this.caller = caller;
    }

    void play() {
        for (String line : SCRIPT.split("\n", -1)) {
            if (!line.isEmpty()) {
                call(line);
            }
        }
    }

    /// Makes the call of a line; returns its status.
    long call(String line) {
        textEnd = TEXT_AT;
        memory.fill((byte) 0, RECORD_AT, RECORD_AT + 128);
        List<String> words = words(line);
        var arguments = new ArrayList<Long>();
        for (String word : words.subList(2, words.size())) {
            argument(word, arguments);
        }
        long[] all = new long[arguments.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = arguments.get(i);
        }
        return caller.call(words.get(0), words.get(1), all);
    }

    private static List<String> words(String line) {
        var words = new ArrayList<String>();
        int from = 0;
        while (from < line.length()) {
            boolean quoted = line.charAt(from) == '\'';
            int end = quoted ? line.indexOf('\'', from + 1) + 1 : line.indexOf(' ', from);
            int to = end < 0 ? line.length() : end;
            words.add(line.substring(from, to));
            from = to + 1;
        }
        return words;
    }

    private void argument(String word, List<Long> arguments) {
        switch (word.charAt(0)) {
            case '>' -> arguments.add((long) place(word.substring(1)));
            case '@' -> {
                arguments.add((long) place(word.substring(1)));
                arguments.add(1L);
            }
            case '\'' -> {
                byte[] text = word.substring(1, word.length() - 1).getBytes(UTF_8);
                memory.write(textEnd, text);
                arguments.add((long) textEnd);
                arguments.add((long) text.length);
                textEnd += text.length;
            }
            case '#' -> {
                arguments.add((long) BUFFER_AT);
                arguments.add((long) BUFFER_BYTES);
                arguments.add((long) place("written"));
            }
            case '~' -> {
                arguments.add((long) BUFFER_AT);
                arguments.add((long) BUFFER_BYTES);
                arguments.add(0L);
                arguments.add((long) place("next"));
                arguments.add((long) place("written"));
            }
            case '%' -> arguments.add((long) RECORD_AT);
            default ->
                    arguments.add(
                            Character.isDigit(word.charAt(0))
                                    ? Long.parseLong(word)
                                    : memory.readInt(place(word)));
        }
    }

    /// 8 bytes for what a call puts there.
    private int place(String name) {
        return places.computeIfAbsent(name, _ -> 8 * (places.size() + 1));
    }
}

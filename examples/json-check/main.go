// json-check: POST a JSON document and hear whether it is valid, with counts, or where its first fault is.
//
//	POST /                     200 with counts, or 422 with the line and column of the fault
//	POST /?require=id,name     422 too if the top-level object lacks one of these properties
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	documentBytesMax = 1 << 20
	requiredMax      = 32
)

// problem is RFC 9457. The place of a fault and the missing properties are extension members.
type problem struct {
	Title   string   `json:"title"`
	Status  int      `json:"status"`
	Detail  string   `json:"detail"`
	Line    int      `json:"line,omitempty"`
	Column  int      `json:"column,omitempty"`
	Missing []string `json:"missing,omitempty"`
}

// counts is the answer about a valid document. Names of properties are not among the strings; depth is 0 for a
// document that is a bare string, number, boolean or null.
type counts struct {
	Valid    bool   `json:"valid"`
	Bytes    int    `json:"bytes"`
	SHA256   string `json:"sha256"`
	Objects  int    `json:"objects"`
	Arrays   int    `json:"arrays"`
	Strings  int    `json:"strings"`
	Numbers  int    `json:"numbers"`
	Booleans int    `json:"booleans"`
	Nulls    int    `json:"nulls"`
	Depth    int    `json:"depth"`
}

func main() {
	method := os.Getenv("REQUEST_METHOD")
	switch method {
	case "POST":
		check(os.Stdin)
	case "GET", "HEAD":
		usage := "POST a JSON document of at most 1 MiB here. Add ?require=a,b to ask for properties.\n"
		if method == "HEAD" {
			usage = ""
		}
		send("200 OK", "text/plain; charset=utf-8", []byte(usage))
	default:
		refuse(problem{Title: "Method Not Allowed", Status: 405, Detail: "the method must be GET, HEAD or POST"})
	}
}

func check(body io.Reader) {
	required, err := requiredProperties(os.Getenv("QUERY_STRING"))
	if err != nil {
		refuse(problem{Title: "Bad Request", Status: 400, Detail: err.Error()})
		return
	}
	// One byte more than allowed tells a document that is too long from one that just fits.
	document, err := io.ReadAll(io.LimitReader(body, documentBytesMax+1))
	if err != nil {
		refuse(problem{Title: "Internal Server Error", Status: 500, Detail: "can't read the body: " + err.Error()})
		return
	}
	if len(document) > documentBytesMax {
		detail := "the document is too long: at most " + strconv.Itoa(documentBytesMax) + " bytes"
		refuse(problem{Title: "Content Too Large", Status: 413, Detail: detail})
		return
	}
	if at, err := firstFault(document); err != nil {
		line, column := place(document, at)
		refuse(problem{Title: "Not JSON", Status: 422, Detail: err.Error(), Line: line, Column: column})
		return
	}
	result, properties := count(document)
	var missing []string
	for _, name := range required {
		if !properties[name] {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		detail := "the top-level value is no object with the property " + strings.Join(missing, " and ")
		refuse(problem{Title: "Properties Missing", Status: 422, Detail: detail, Missing: missing})
		return
	}
	sendJSON("200 OK", "application/json", result)
}

func requiredProperties(query string) ([]string, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, errors.New("can't read the query: " + err.Error())
	}
	if !values.Has("require") {
		return nil, nil
	}
	names := strings.Split(strings.Join(values["require"], ","), ",")
	if len(names) > requiredMax {
		return nil, errors.New("require has " + strconv.Itoa(len(names)) + " names, at most " + strconv.Itoa(requiredMax))
	}
	for _, name := range names {
		if name == "" {
			return nil, errors.New("require has an empty name in it")
		}
	}
	return names, nil
}

// firstFault returns the offset of the byte that makes the document invalid.
func firstFault(document []byte) (at int, err error) {
	for at < len(document) {
		character, size := utf8.DecodeRune(document[at:])
		if character == utf8.RuneError && size == 1 {
			return at, errors.New("not UTF-8")
		}
		at += size
	}
	var raw json.RawMessage
	err = json.Unmarshal(document, &raw)
	// The offset counts the bytes read up to and with the bad one; when the document ends too soon there is none.
	var fault *json.SyntaxError
	if errors.As(err, &fault) && fault.Error() != "unexpected end of JSON input" {
		at = int(fault.Offset) - 1
	}
	return at, err
}

// place counts from 1, columns in characters.
func place(document []byte, at int) (line, column int) {
	before := document[:at]
	lineStart := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[lineStart:]) + 1
}

// tally follows a document token by token, as recursion would let a deeply nested one exhaust the call stack.
type tally struct {
	counts
	open       []json.Delim
	nameIsNext bool
	properties map[string]bool
}

func count(document []byte) (counts, map[string]bool) {
	sum := sha256.Sum256(document)
	t := tally{properties: map[string]bool{}}
	t.Valid, t.Bytes, t.SHA256 = true, len(document), hex.EncodeToString(sum[:])
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	for token, err := decoder.Token(); err == nil; token, err = decoder.Token() {
		t.see(token)
	}
	return t.counts, t.properties
}

func (t *tally) see(token json.Token) {
	if name, ok := token.(string); ok && t.nameIsNext {
		if len(t.open) == 1 {
			t.properties[name] = true
		}
		t.nameIsNext = false
		return
	}
	switch value := token.(type) {
	case json.Delim:
		t.bracket(value)
	case string:
		t.Strings++
	case json.Number:
		t.Numbers++
	case bool:
		t.Booleans++
	case nil:
		t.Nulls++
	}
	t.nameIsNext = len(t.open) > 0 && t.open[len(t.open)-1] == '{'
}

func (t *tally) bracket(bracket json.Delim) {
	switch bracket {
	case '{':
		t.Objects++
	case '[':
		t.Arrays++
	default:
		t.open = t.open[:len(t.open)-1]
		return
	}
	t.open = append(t.open, bracket)
	t.Depth = max(t.Depth, len(t.open))
}

func refuse(fault problem) {
	status := strconv.Itoa(fault.Status) + " " + fault.Title
	if fault.Status == 422 {
		status = "422 Unprocessable Content"
	}
	if fault.Status == 405 {
		status += "\r\nAllow: GET, HEAD, POST"
	}
	sendJSON(status, "application/problem+json", fault)
}

func sendJSON(status, contentType string, body any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(err) // Only types of this file come here, and they can be encoded.
	}
	send(status, contentType, append(encoded, '\n'))
}

func send(status, contentType string, body []byte) {
	head := "Status: " + status + "\r\nContent-Type: " + contentType + "\r\n\r\n"
	if _, err := os.Stdout.Write(append([]byte(head), body...)); err != nil {
		os.Stderr.WriteString("can't write the answer: " + err.Error() + "\n")
		os.Exit(1)
	}
}

// json-check: POST a JSON document and hear whether it is valid, with counts, or where its first fault is.
//
//	POST /                     200 with counts, or 422 with the line and column of the fault
//	POST /?require=id,name     422 too if the top-level object lacks one of these properties
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
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

// problem is RFC 9457. Extra are extension members, already JSON.
type problem struct {
	status, title, detail, extra string
}

func main() {
	method := os.Getenv("REQUEST_METHOD")
	switch method {
	case "POST":
		check(os.Stdin)
	case "GET":
		send("200 OK", "text/plain; charset=utf-8",
			"POST a JSON document of at most 1 MiB here. Add ?require=a,b to ask for properties.\n")
	case "HEAD":
		send("200 OK", "text/plain; charset=utf-8", "")
	default:
		refuse(problem{"405", "Method Not Allowed", "the method must be GET, HEAD or POST", ""})
	}
}

func check(body io.Reader) {
	required, err := requiredProperties(os.Getenv("QUERY_STRING"))
	if err != nil {
		refuse(problem{"400", "Bad Request", err.Error(), ""})
		return
	}
	// One byte more than allowed tells a document that is too long from one that just fits.
	document, err := io.ReadAll(io.LimitReader(body, documentBytesMax+1))
	if err != nil {
		refuse(problem{"500", "Internal Server Error", "can't read the body: " + err.Error(), ""})
		return
	}
	if len(document) > documentBytesMax {
		detail := "the document is too long: at most " + strconv.Itoa(documentBytesMax) + " bytes"
		refuse(problem{"413", "Content Too Large", detail, ""})
		return
	}
	s := scanner{text: document, properties: map[string]bool{}}
	if err := s.document(); err != nil {
		line, column := place(document, s.at)
		place := `,"line":` + strconv.Itoa(line) + `,"column":` + strconv.Itoa(column)
		refuse(problem{"422", "Not JSON", err.Error(), place})
		return
	}
	if missing := without(required, s.properties); len(missing) > 0 {
		detail := "the document is no object with all the required properties"
		refuse(problem{"422", "Properties Missing", detail, `,"missing":[` + strings.Join(missing, ",") + `]`})
		return
	}
	send("200 OK", "application/json", summary(document, s.counts))
}

func requiredProperties(query string) (names []string, err error) {
	for field := range strings.SplitSeq(query, "&") {
		list, ok := strings.CutPrefix(field, "require=")
		if !ok {
			continue
		}
		for encoded := range strings.SplitSeq(list, ",") {
			name, err := url.QueryUnescape(encoded)
			switch {
			case err != nil:
				return nil, errors.New("the query isn't percent-encoded correctly")
			case name == "":
				return nil, errors.New("require has an empty name in it")
			case !utf8.ValidString(name):
				return nil, errors.New("require has a name that isn't UTF-8")
			case len(names) == requiredMax:
				return nil, errors.New("require has too many names: at most " + strconv.Itoa(requiredMax))
			}
			names = append(names, name)
		}
	}
	return names, nil
}

// without returns the names that are not there, quoted.
func without(names []string, there map[string]bool) (missing []string) {
	for _, name := range names {
		if !there[name] {
			missing = append(missing, quoted(name))
		}
	}
	return missing
}

// place counts from 1, columns in characters.
func place(document []byte, at int) (line, column int) {
	before := document[:at]
	lineStart := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[lineStart:]) + 1
}

func summary(document []byte, c counts) string {
	sum := sha256.Sum256(document)
	text := `{"valid":true,"bytes":` + strconv.Itoa(len(document)) + `,"sha256":"` + hex.EncodeToString(sum[:]) + `"`
	for _, count := range []struct {
		name  string
		value int
	}{
		{"objects", c.objects}, {"arrays", c.arrays}, {"strings", c.strings}, {"numbers", c.numbers},
		{"booleans", c.booleans}, {"nulls", c.nulls}, {"depth", c.depth},
	} {
		text += `,"` + count.name + `":` + strconv.Itoa(count.value)
	}
	return text + "}\n"
}

func quoted(text string) string {
	quoted := []byte{'"'}
	for _, c := range []byte(text) {
		switch {
		case c == '"' || c == '\\':
			quoted = append(quoted, '\\', c)
		case c < ' ':
			quoted = append(quoted, `\u00`...)
			quoted = hex.AppendEncode(quoted, []byte{c})
		default:
			quoted = append(quoted, c)
		}
	}
	return string(append(quoted, '"'))
}

func refuse(p problem) {
	status := p.status + " " + p.title
	switch p.status {
	case "405":
		status += "\r\nAllow: GET, HEAD, POST"
	case "422":
		status = "422 Unprocessable Content"
	}
	body := `{"title":` + quoted(p.title) + `,"status":` + p.status + `,"detail":` + quoted(p.detail) + p.extra + "}\n"
	send(status, "application/problem+json", body)
}

func send(status, contentType, body string) {
	answer := "Status: " + status + "\r\nContent-Type: " + contentType + "\r\n\r\n" + body
	if _, err := os.Stdout.WriteString(answer); err != nil {
		os.Stderr.WriteString("can't write the answer: " + err.Error() + "\n")
		os.Exit(1)
	}
}

package main

import (
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Guards the call stack: each level of nesting is a call.
const depthMax = 512

// counts of a valid document. Names of properties are not among the strings; depth is 0 for a document that is a bare
// string, number, boolean or null.
type counts struct {
	objects, arrays, strings, numbers, booleans, nulls, depth int
}

// scanner reads one document of RFC 8259. When a method fails, at is where the document goes wrong. It takes the place
// of encoding/json, which would add a megabyte to the module and doesn't give the place of every fault.
type scanner struct {
	text       []byte
	at         int
	properties map[string]bool // of the top-level object
	counts
}

func (s *scanner) document() error {
	if err := s.value(0); err != nil {
		return err
	}
	if s.blanks(); s.at < len(s.text) {
		return errors.New("there is more after the document's end")
	}
	return nil
}

// peek returns 0 at the end, which is no character that JSON has a use for.
func (s *scanner) peek() byte {
	if s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

func (s *scanner) accept(c byte) bool {
	if s.at == len(s.text) || s.text[s.at] != c {
		return false
	}
	s.at++
	return true
}

func (s *scanner) expected(what string) error {
	if s.at == len(s.text) {
		return errors.New("the document ends where " + what + " should be")
	}
	return errors.New("expected " + what)
}

func (s *scanner) blanks() {
	for s.accept(' ') || s.accept('\t') || s.accept('\n') || s.accept('\r') {
	}
}

func (s *scanner) value(depth int) error {
	s.blanks()
	switch c := s.peek(); {
	case c == '{' || c == '[':
		if depth == depthMax {
			return errors.New("nested deeper than " + strconv.Itoa(depthMax))
		}
		s.at++
		s.depth = max(s.depth, depth+1)
		if c == '{' {
			s.objects++
			return s.members(depth + 1)
		}
		s.arrays++
		return s.elements(depth + 1)
	case c == '"':
		s.strings++
		_, err := s.string()
		return err
	case c == '-' || isDigit(c):
		s.numbers++
		return s.number()
	case c == 't':
		s.booleans++
		return s.word("true")
	case c == 'f':
		s.booleans++
		return s.word("false")
	case c == 'n':
		s.nulls++
		return s.word("null")
	}
	return s.expected("a value")
}

func (s *scanner) members(depth int) error {
	if s.blanks(); s.accept('}') {
		return nil
	}
	for {
		if s.blanks(); s.peek() != '"' {
			return s.expected("a property's name in quotes")
		}
		name, err := s.string()
		if err != nil {
			return err
		}
		if depth == 1 {
			s.properties[name] = true
		}
		if s.blanks(); !s.accept(':') {
			return s.expected("a colon")
		}
		if err := s.value(depth); err != nil {
			return err
		}
		if s.blanks(); s.accept('}') {
			return nil
		}
		if !s.accept(',') {
			return s.expected("a comma or }")
		}
	}
}

func (s *scanner) elements(depth int) error {
	if s.blanks(); s.accept(']') {
		return nil
	}
	for {
		if err := s.value(depth); err != nil {
			return err
		}
		if s.blanks(); s.accept(']') {
			return nil
		}
		if !s.accept(',') {
			return s.expected("a comma or ]")
		}
	}
}

// string returns the content with its escapes resolved; half a surrogate pair becomes U+FFFD.
func (s *scanner) string() (string, error) {
	s.at++
	var content []byte
	for !s.accept('"') {
		if s.accept('\\') {
			character, err := s.escape()
			if err != nil {
				return "", err
			}
			content = utf8.AppendRune(content, character)
			continue
		}
		character, size := utf8.DecodeRune(s.text[s.at:])
		switch {
		case size == 0:
			return "", s.expected("the end of a string")
		case character == utf8.RuneError && size == 1:
			return "", errors.New("not UTF-8")
		case character < ' ':
			return "", errors.New("a control character in a string must be escaped")
		}
		content = append(content, s.text[s.at:s.at+size]...)
		s.at += size
	}
	return string(content), nil
}

func (s *scanner) escape() (rune, error) {
	const letters, meanings = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	c := s.peek()
	for i := range len(letters) {
		if letters[i] == c {
			s.at++
			return rune(meanings[i]), nil
		}
	}
	if c != 'u' {
		return 0, s.expected(`one of "\/bfnrtu after a backslash`)
	}
	first, err := s.unit()
	if err != nil || !utf16.IsSurrogate(first) || s.at+1 >= len(s.text) || string(s.text[s.at:s.at+2]) != `\u` {
		return first, err
	}
	s.at++
	pairStart := s.at
	second, err := s.unit()
	if pair := utf16.DecodeRune(first, second); pair != utf8.RuneError || err != nil {
		return pair, err
	}
	s.at = pairStart - 1 // The second escape is no partner, but a character of its own.
	return utf8.RuneError, nil
}

// unit reads uXXXX.
func (s *scanner) unit() (rune, error) {
	s.at++
	var unit rune
	for range 4 {
		c := s.peek()
		switch {
		case isDigit(c):
			unit = unit<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			unit = unit<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, s.expected("a hexadecimal digit")
		}
		s.at++
	}
	return unit, nil
}

func (s *scanner) number() error {
	s.accept('-')
	if !s.accept('0') {
		if err := s.digits(); err != nil {
			return err
		}
	}
	if s.accept('.') {
		if err := s.digits(); err != nil {
			return err
		}
	}
	if s.accept('e') || s.accept('E') {
		if !s.accept('+') {
			s.accept('-')
		}
		return s.digits()
	}
	return nil
}

func (s *scanner) digits() error {
	if !isDigit(s.peek()) {
		return s.expected("a digit")
	}
	for isDigit(s.peek()) {
		s.at++
	}
	return nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func (s *scanner) word(word string) error {
	for i := range len(word) {
		if !s.accept(word[i]) {
			return s.expected("the word " + word)
		}
	}
	return nil
}

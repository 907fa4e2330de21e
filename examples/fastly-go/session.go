package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/fastly/compute-sdk-go/fsthttp"
	"github.com/fastly/compute-sdk-go/secretstore"
)

// session counts a visitor's requests in a cookie that only this service can make.
func session(w fsthttp.ResponseWriter, r *fsthttp.Request) error {
	key, err := secretstore.Plaintext("keys", "SESSION_KEY")
	if err != nil {
		return err
	}
	visits := 0
	if cookie, err := r.Cookie("session"); err == nil {
		value, mac, _ := strings.Cut(cookie.Value, ".")
		if hmac.Equal([]byte(mac), []byte(signature(key, value))) {
			visits, _ = strconv.Atoi(value)
		}
	}
	value := strconv.Itoa(visits + 1)
	fsthttp.SetCookie(w.Header(), &fsthttp.Cookie{
		Name: "session", Value: value + "." + signature(key, value), Path: "/", HttpOnly: true,
	})
	fmt.Fprintf(w, "visit %s\n", value)
	return nil
}

func signature(key []byte, value string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil))
}

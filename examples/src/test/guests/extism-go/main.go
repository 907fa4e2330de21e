// Extism plug-in functions that use what the host offers, one kind each: input and output, config, variables, log, HTTP
// and errors.
package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/extism/go-pdk"
)

// greeted counts in the guest's own memory, visits in the host's variables: for a guest that every request starts
// afresh, both begin at nothing.
var greeted int

//go:wasmexport greet
func greet() int32 {
	greeting, ok := pdk.GetConfig("GREETING")
	if !ok {
		greeting = "Hello"
	}
	greeted++
	visits := 0
	if known := pdk.GetVar("visits"); known != nil {
		visits, _ = strconv.Atoi(string(known))
	}
	visits++
	pdk.SetVar("visits", []byte(strconv.Itoa(visits)))
	pdk.OutputString(fmt.Sprintf("%s %s, %d %d", greeting, pdk.InputString(), greeted, visits))
	return 0
}

//go:wasmexport visits
func visits() int32 {
	for i := 0; i < 3; i++ {
		pdk.SetVar("visits", append(pdk.GetVar("visits"), byte('1'+i)))
	}
	pdk.Output(pdk.GetVar("visits"))
	pdk.RemoveVar("visits")
	if pdk.GetVar("visits") != nil {
		pdk.SetErrorString("a removed variable is still there")
		return 1
	}
	return 0
}

//go:wasmexport fetch
func fetch() int32 {
	request := pdk.NewHTTPRequest(pdk.MethodPost, pdk.InputString())
	request.SetHeader("x-from", "a \"plug-in\"\\ of Jürgen's")
	request.SetBody([]byte(strings.Repeat("0123456789", 20_000)))
	response := request.Send()
	pdk.OutputString(fmt.Sprintf("%d %s %s", response.Status(), response.Headers()["x-to"], response.Body()))
	return 0
}

//go:wasmexport fail
func fail() int32 {
	pdk.Log(pdk.LogWarn, "it will fail")
	pdk.SetErrorString("as it was told: " + pdk.InputString())
	return 3
}

//go:wasmexport say
func say() int32 {
	pdk.Log(pdk.LogDebug, "quietly")
	pdk.Log(pdk.LogError, "loudly")
	fmt.Println("to standard output")
	return 0
}

//go:wasmexport echo
func echo() int32 {
	pdk.Output(pdk.Input())
	return 0
}

func main() {}

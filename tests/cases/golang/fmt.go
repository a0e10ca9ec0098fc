//go:build ignore

// Prints fmt.txt: what Go's fmt makes of each of the named values with each directive.
package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

type named struct {
	name  string
	value any
}

var values = []named{
	{"nil", nil}, {"true", true}, {"i5", 5}, {"ineg", -42}, {"i0", 0}, {"i64", int64(1234567)}, {"i32", int32('x')},
	{"u8", uint8(200)}, {"umax", uint64(math.MaxUint64)}, {"imin", int64(math.MinInt64)}, {"ichar", 0x84dd}, {"ictl", 7},
	{"f", 2.5}, {"f5", 5.0}, {"f1e6", 1e6}, {"f1e21", 1e21}, {"f1e-6", 0.000001}, {"fneg", -1.25}, {"f0", 0.0},
	{"fneg0", math.Copysign(0, -1)}, {"finf", math.Inf(1)}, {"fninf", math.Inf(-1)}, {"fnan", math.NaN()}, {"f100000.5", 100000.5},
	{"f1/3", 1.0 / 3}, {"fmax", math.MaxFloat64}, {"c", complex(1, -2.5)}, {"s", "hello"}, {"sempty", ""},
	{"squoted", "a\"b\\c\n`"}, {"szh", "蓝鲸 平台"}, {"sbad", "a\xffb"}, {"bytes", []byte("hi")}, {"bempty", []byte{}},
	{"list", []any{1, "a", nil, 2.5, true, []byte("z")}}, {"lempty", []any{}},
	{"map", map[string]any{"b": nil, "a": 1, "c": []any{"x"}}}, {"mempty", map[string]any{}},
	{"strings", []string{"a", "b c"}}, {"ints", []int{1, -2}}, {"smap", map[string]string{"k": "v"}},
	{"duration", 90 * time.Second}, {"time", time.Date(2020, 1, 2, 3, 4, 5, 600, time.UTC)},
}

func find(name string) any {
	for _, v := range values {
		if v.name == name {
			return v.value
		}
	}
	panic(name)
}

func main() {
	names := []string{"names"}
	for _, v := range values {
		names = append(names, v.name)
	}
	fmt.Println(strings.Join(names, "\t"))
	for _, verb := range "vdsqxXtTbocUeEfFgGOzw" {
		for _, flags := range []string{"", "+", "#", "-8", "08", " ", ".2", "+8.3", "# 010"} {
			directive := "%" + flags + string(verb)
			results := []string{directive}
			for _, v := range values {
				switch {
				case v.name == "time" && !strings.ContainsRune("vsqxXT", verb), v.name == "fmax" && flags != "":
					results = append(results, "-")
				default:
					quoted := strconv.Quote(fmt.Sprintf(directive, v.value))
					results = append(results, quoted[1:len(quoted)-1])
				}
			}
			fmt.Println(strings.Join(results, "\t"))
		}
	}
	for _, c := range []struct{ format, names string }{
		{"%d", ""}, {"%d %d", "i5"}, {"none", "i5 s nil"}, {"%[2]d %[1]d", "i5 i64"}, {"%[3]d", "i5"}, {"%[x]d", "i5"}, {"%[0]d", "i5"},
		{"%[2]*[1]d", "i5 i0"}, {"%*d", "i5 i64"}, {"%*d", "ineg i64"}, {"%*d", "s i5"}, {"%.*f", "i5 f"}, {"%.*f", "ineg f"},
		{"%.*f", "s f"}, {"%-*d|", "i5 i5"}, {"%", ""}, {"%5", "i5"}, {"%!", "i5"}, {"%!d", "i5"}, {"100%", ""}, {"100%%", ""}, {"%5%", "i5"},
		{"%[1]d %d", "i5 i64"}, {"%[2]d %d", "i5 i64"}, {"%[1]v %[1]T", "s"}, {"%[1", "i5"}, {"%[1]", "i5"}, {"%[", "i5"}, {"%[]d", "i5"},
		{"%99999999999d", "i5"}, {"%10000010d", "i5"}, {"%.d", "i0"}, {"%.0x %.20x", "f f"}, {"%.d", "i5"}, {"%[1].2d", "i5"}, {"%[1]2d", "i5"}, {"%.[1]d", "i5"},
		{"%é", "i5"}, {"%\xff", "i5"}, {"%v %v", "s nil list"}, {"%s-%s", "s"}, {"%+q", "szh"}, {"%#q", "s"}, {"%#q", "squoted"},
		{"%#U", "ichar"}, {"%+q", "ichar"}, {"%.3s|%.10s", "szh s"}, {"%10s|%-10s|", "szh s"}, {"%x % x %#x % #X", "s s s s"},
		{"%010.3f|%+010d|% 010d", "fneg i5 i5"}, {"%6.2f%%", "f"}, {"%t %v", "true true"}, {"%e %E %.0e", "f1e21 f1/3 f1/3"},
		{"%g %G %.3g %#g", "f1e21 f1e-6 f1/3 f5"}, {"%v %d", "umax umax"}, {"%.20d|%20.5d", "ineg ineg"}, {"%.80f", "f1/3"}, {"%.80e", "f1/3"},
		{"%#v %#v", "list map"}, {"%+v", "map"}, {"%#v", "time"}, {"%v %s", "duration time"}, {"%d", "duration"}, {"%#v", "smap"},
		{"%x", "f"}, {"%X", "fneg"}, {"%.3x", "f1/3"}, {"%b", "f"}, {"%c%c%c", "i32 ichar umax"}, {"%[2]s %[1]s", "s szh"}, {"%-010d|", "i5"},
	} {
		line(c.format, strings.Fields(c.names))
	}
	for _, names := range []string{"", "nil", "s", "s s", "i5 i5", "s i5", "i5 s", "i5 nil", "nil nil s f", "list map", "true f", "duration s", "bytes s s"} {
		args := arguments(strings.Fields(names))
		fmt.Printf("sprint\t%s\t%s\n", names, strconv.Quote(fmt.Sprint(args...)))
		fmt.Printf("sprintln\t%s\t%s\n", names, strconv.Quote(fmt.Sprintln(args...)))
	}
}

func arguments(names []string) (args []any) {
	for _, name := range names {
		args = append(args, find(name))
	}
	return args
}

func line(format string, names []string) {
	fmt.Printf("%s\t%s\t%s\n", strconv.Quote(format), strings.Join(names, " "), strconv.Quote(fmt.Sprintf(format, arguments(names)...)))
}

//go:build ignore

// Prints strconv.txt: function, arguments and result of Go's strconv.
package main

import (
	"fmt"
	"math"
	"strconv"
)

func row(columns ...any) {
	for i, c := range columns {
		if i > 0 {
			fmt.Print("\t")
		}
		fmt.Print(c)
	}
	fmt.Println()
}

func result(value any, err error) string {
	if err != nil {
		return strconv.Quote("error: " + err.Error())
	}
	return strconv.Quote(fmt.Sprint(value))
}

func main() {
	q := strconv.Quote
	integers := []string{"", "0", "-0", "+5", "5", "007", "08", "0x1F", "0X1f", "0b101", "0o17", "0x", "0b", "1_000", "_1", "1_", "1__0", "0x_f", "0_7", "-0x80",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "1e3", "1.5", " 1", "1 ",
		"abc", "z", "-", "+", "--1", "128", "-128", "-129", "255", "256", "\xff", "蓝", "99999999999999999999x", "１"}
	for _, text := range integers {
		for _, base := range []int{0, 2, 8, 10, 16, 36} {
			for _, bits := range []int{8, 64} {
				i, err := strconv.ParseInt(text, base, bits)
				row("int", q(text), base, bits, result(i, err))
				u, err := strconv.ParseUint(text, base, bits)
				row("uint", q(text), base, bits, result(u, err))
			}
		}
		n, err := strconv.Atoi(text)
		row("atoi", q(text), result(n, err))
	}
	_, err := strconv.ParseInt("1", 1, 64)
	row("int", q("1"), 1, 64, result(0, err))
	_, err = strconv.ParseInt("1", 37, 64)
	row("int", q("1"), 37, 64, result(0, err))
	for _, text := range append(integers, "1.", ".5", ".", "1e", "1e+", "e5", "1e5", "1E-5", "1.5e308", "1.8e308", "-1.8e308", "1e-400", "4.9e-324", "2e-324", "1e99999999999", "0e99999999999",
		"inf", "-Inf", "+INF", "Infinity", "infinit", "nan", "NaN", "-nan", "+nan", "0x1p4", "0x1.8p-1", "0x1p", "0x.8p0", "0x1.fffffffffffff8p0", "0x1.fffffffffffff7p1023", "0x1.fffffffffffff8p1023",
		"0x1p-1074", "0x1p-1075", "0x1.00000001p-1075", "0x0p0", "0x123456789abcdef123p0", "1_0.5", "1_0.5e1_0", "1_.5", "1._5", "0x_1p0", "0x1_p0", "1..2", "1.2.3",
		"179769313486231580793e289", "0.1", "0.30000000000000004", "123456789012345678901234567890", "2.2250738585072012e-308", "9007199254740993", "1e23", "8.5e22", "0x1p+5", "0X1P5", "1e1x", "infx", "i", "n") {
		f, err := strconv.ParseFloat(text, 64)
		row("float", q(text), result(strconv.FormatFloat(f, 'g', 17, 64), err))
	}
	for _, text := range []string{"1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False", "", "yes", "tRUE", "2"} {
		b, err := strconv.ParseBool(text)
		row("bool", q(text), result(b, err))
	}
	for _, number := range []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 1.5, 2.5, 0.125, 0.375, 10, 100, 1e5, 123456, 1e6, 1234567, 12345678.9, 100000.5, 1e20, 1e21, 1e22, 1e23, 0.1, 0.2, 0.3, 1.0 / 3, 2.0 / 3,
		0.0001, 0.00001, 0.000012345, 5e-324, 2.2250738585072014e-308, math.MaxFloat64, math.Pi, 1e100, 9007199254740993, 0.000244140625, 1023.9999, 8.41, 1.005, 999999.5, 0.95, 9.995, 33909, 3.0517578125e-05} {
		for _, format := range "eEfgGbxX" {
			for _, precision := range []int{-1, 0, 1, 3, 6, 17, 30} {
				if format == 'b' && precision > 0 {
					continue
				}
				row("format", fmt.Sprint(number), string(format), precision, strconv.FormatFloat(number, byte(format), precision, 64))
			}
		}
	}
	for _, number := range []int64{0, 1, -1, 35, 36, -255, math.MaxInt64, math.MinInt64} {
		for _, base := range []int{2, 8, 10, 16, 36} {
			row("formatint", number, base, strconv.FormatInt(number, base))
		}
	}
	texts := []string{"", "a", "\a\b\f\n\r\t\v\\\"'`", "\x00\x1f\x7f\x80\xff", "蓝鲸", "\u00a0\u00ad\u0378\u200b\u2028\ufeff\ufffd", "😀\U000e0001\U0010ffff", "a\xe8\x93b", "tab\there", "e\u0301", "\u3000", "\u061c"}
	for _, text := range texts {
		row("quote", q(text), q(strconv.Quote(text)), q(strconv.QuoteToASCII(text)), strconv.CanBackquote(text))
	}
	for _, rune := range []rune{0, 'a', '\'', '"', '\\', '\n', 0x7f, 0x80, 0xa0, 0x84dd, 0xd800, 0xfffd, 0x1f600, 0x10ffff, 0x110000, -1} {
		row("rune", int64(rune), q(strconv.QuoteRune(rune)), q(strconv.QuoteRuneToASCII(rune)))
	}
	for _, literal := range []string{``, `"`, `""`, `"a"`, `"a`, `a"`, `"a"b"`, `"\n\t\\\""`, `"\'"`, `'\''`, `'"'`, `'\"'`, `'a'`, `'ab'`, `''`, `'`, `'\n'`, `'蓝'`, "'\xff'", "\"a\xffb\"", "\"a\nb\"", `"\x41\x4"`,
		`"\x41\xff"`, `"\u84dd"`, `"\ud800"`, `"\U0001f600"`, `"\U00110000"`, `"\101"`, `"\377"`, `"\400"`, `"\18"`, `"\q"`, `"\`, "`a\\n`", "`a\rb`", "`a`b`", "`a\nb`", "``", "`", `"\a\b\f\r\v"`, `'\x41'`, `'\u84dd'`, `'\377'`, `'\xff'`, `"\u12"`, "'\n'"} {
		text, err := strconv.Unquote(literal)
		row("unquote", q(literal), result(text, err))
	}
	hash := uint64(14695981039346656037)
	for c := range rune(0x110000) {
		if strconv.IsPrint(c) {
			hash = (hash ^ uint64(c)) * 1099511628211
		}
	}
	row("isprint", hash)
}

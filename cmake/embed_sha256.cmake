# The SHA-256 of INPUT in base64, as a Content-Security-Policy names a script, in the file OUTPUT.
file(SHA256 ${INPUT} hex)
string(APPEND hex "00")  # 33 bytes are eleven groups of 24 bits, of which the last digit is padding
set(digits ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
foreach(begin RANGE 0 60 6)
  string(SUBSTRING ${hex} ${begin} 6 group)
  foreach(shift 18 12 6 0)
    math(EXPR digit "(0x${group} >> ${shift}) & 63")
    string(SUBSTRING ${digits} ${digit} 1 digit)
    string(APPEND base64 ${digit})
  endforeach()
endforeach()
string(REGEX REPLACE ".$" "=" base64 ${base64})
file(WRITE ${OUTPUT} ${base64})

# Makes a C++ source of text files: cmake -DOUTPUT=x.cpp -DNAMESPACE=a::b -DHEADER=a/b.hpp -DFILES=a.html;b.css -P embed.cmake.
# The file index.html becomes the std::string_view index_html.
set(source "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n")
foreach(file IN LISTS FILES)
    get_filename_component(name "${file}" NAME)
    string(REGEX REPLACE "[^A-Za-z0-9]" "_" name "${name}")
    file(READ "${file}" content)
    string(APPEND source "\nconst std::string_view ${name} = R\"embedded(${content})embedded\";\n")
endforeach()
string(APPEND source "\n}  // namespace ${NAMESPACE}\n")
file(WRITE "${OUTPUT}" "${source}")
